# The two commands that matter: make demo, make test. Both install what is missing first.

.PHONY: install install-service demo test lint types contract drift tests lock catalogues console-catalogue image-proof \
        servers-proof debian-13-proof corpus-proof bench crash-proof
.DEFAULT_GOAL := demo

VENV := .venv/bin

install:
	@scripts/install

# For a machine that serves: nothing that only demo and tests need.
install-service:
	@scripts/install service

# The whole loop on this machine: real mail, a real IMAP server, a real SMTP server.
demo: install
	@$(VENV)/statement-intake demo

# Everything that .ci/run checks.
test: lint types contract drift tests

lint: install
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .

types: install
	$(VENV)/mypy

contract: install
	$(VENV)/lint-imports

# The migrations make exactly the tables that the code knows.
drift: install
	$(VENV)/python -m statement_intake.ledger.migration

tests: install
	$(VENV)/pytest -n 2

# Renew the lock files after a change of pyproject.toml. Needs uv.
lock:
	uv pip compile pyproject.toml --extra dev --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 --output-file requirements.lock
	uv pip compile pyproject.toml --constraint requirements.lock --universal --generate-hashes --no-emit-index-url --no-annotate --no-header --python-version 3.11 --output-file requirements-service.lock

# After a change of what letters say: the template anew, and what is new into every catalogue, to be translated there.
REPLIES := statement_intake/replies
catalogues: install
	$(VENV)/pybabel -q extract -F $(REPLIES)/babel.cfg -k say -k plural:1,2 --no-location --sort-output --project statement-intake -o $(REPLIES)/catalogues/letters.pot $(REPLIES)
	$(VENV)/pybabel -q update -D letters -i $(REPLIES)/catalogues/letters.pot -d $(REPLIES)/catalogues --no-fuzzy-matching --ignore-obsolete -w 120

# The same for the words of the console's pages. English first; a language is added by `pybabel init`.
CONSOLE := statement_intake/console
console-catalogue: install
	$(VENV)/pybabel -q extract -F $(CONSOLE)/babel.cfg -k N_ --no-location --sort-output --project statement-intake -o $(CONSOLE)/catalogues/console.pot $(CONSOLE)
	@for po in $(wildcard $(CONSOLE)/catalogues/*/LC_MESSAGES/console.po); do $(VENV)/pybabel -q update -D console -i $(CONSOLE)/catalogues/console.pot -d $(CONSOLE)/catalogues --no-fuzzy-matching --ignore-obsolete -w 120; done

# The image of the Dockerfile, built and run without a container engine that is there already. Needs root.
image-proof:
	@tests/container/prove

# The service between servers that the tests do not have: Cyrus IMAP behind Postfix, and Courier IMAP. Needs root.
servers-proof: install
	@$(VENV)/python -m tests.servers.prove
	@$(VENV)/python -m tests.servers.prove_courier

# install-service, demo and test on a Debian 13 that is made for it and has nothing yet. Needs root.
debian-13-proof:
	@tests/servers/prove-debian-13

# Real mail of the world, in folders of one's own: nothing crashes, nothing takes long, nobody is written to.
corpus-proof: install
	@$(VENV)/python -m tests.corpus.prove $(MAILS)

# The same work done by this service, by a plain script, by the bare floor, and by programs that only copy mail.
# One contest alone: make bench BENCH="--only written --rounds 1"
bench: install
	@$(VENV)/python -m benchmarks $(BENCH)

# Die before every effect, fail at every effect, be killed a thousand times under load. Takes an hour or more.
crash-proof: install
	@$(VENV)/python -m tests.crash.prove
