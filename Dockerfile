# The service, with the programs that it needs: ffmpeg, bubblewrap, and LibreOffice, which makes PDFs for publication.
#
#     docker build --tag statement-intake .
#
# Debian itself, not python:3.11-slim: ffmpeg and bubblewrap come from Debian, and so does a Python 3.11 that gets
# Debian's security updates with them. The other image would bring a second Python, newer by patch level only.
# The tag moves with those updates: rebuild to get them. To pin it: --build-arg BASE=debian:bookworm-slim@sha256:...
ARG BASE=debian:bookworm-slim

# ---- The virtual environment, made where pip is, and used where it is not.
FROM ${BASE} AS environment

# hatchling, the build backend, comes from Debian too: pip would fetch its own without looking at a hash.
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        ca-certificates python3 python3-hatchling python3-pip \
    && rm -rf /var/lib/apt/lists/*

RUN python3 -m venv --without-pip /opt/statement-intake

# Before the source, so that a change of the source does not fetch everything again. Wheels alone: nobody's setup.py runs.
COPY requirements-service.lock /build/
RUN pip3 --python /opt/statement-intake/bin/python --no-cache-dir --disable-pip-version-check \
        install --require-hashes --only-binary :all: --requirement /build/requirements-service.lock

COPY pyproject.toml README.md /build/
COPY migrations/ /build/migrations/
COPY statement_intake/ /build/statement_intake/
RUN pip3 --no-cache-dir wheel --no-deps --no-build-isolation --wheel-dir /build/wheel /build \
    && pip3 --python /opt/statement-intake/bin/python --no-cache-dir --disable-pip-version-check \
        install --no-deps --no-index /build/wheel/*.whl

# ---- The image.
FROM ${BASE}

# Drivers for graphics cards are not unpacked, nor the compiler that they bring (LLVM): they are a third of what Debian's
# ffmpeg asks for, are loaded only to draw on a screen or to encode on a card, and here is neither. dpkg leaves them out
# of every later update too, and its own books stay in order.
RUN { echo 'path-exclude=/usr/lib/*/dri/*'; \
      echo 'path-exclude=/usr/lib/*/libLLVM-*'; \
      echo 'path-exclude=/usr/lib/*/libmfxhw64.so*'; \
      echo 'path-exclude=/usr/lib/*/mfx/*'; \
      echo 'path-exclude=/usr/lib/*/libz3.so*'; \
    } > /etc/dpkg/dpkg.cfg.d/no-graphics-drivers \
    && apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        bubblewrap ca-certificates ffmpeg python3 tzdata \
        libreoffice-writer-nogui fonts-liberation fonts-crosextra-carlito fonts-crosextra-caladea \
        fonts-noto-core fonts-noto-cjk \
    && apt-get clean \
    && rm -rf /var/lib/apt/lists/* /var/cache/debconf/*-old /var/log/apt /var/log/dpkg.log \
    && ffprobe -version >/dev/null && ffmpeg -version >/dev/null

# A fixed number, so that the owner of the volumes stays the same from image to image.
RUN groupadd --system --gid 10001 intake \
    && useradd --system --uid 10001 --key SYS_UID_MAX=10001 --gid intake --no-create-home --home-dir /nonexistent \
        --shell /usr/sbin/nologin intake \
    && install --directory --owner intake --group intake --mode 0700 \
        /var/lib/statement-intake /var/lib/statement-intake/ledger /var/lib/statement-intake/files

COPY --from=environment /opt/statement-intake /opt/statement-intake

# The meetings, and a file of settings that says where they are. Your config/service.toml is not copied: it may hold a
# password, and an image is no place for one. Mount it over this one, or say everything by the environment.
COPY config/meetings/ /etc/statement-intake/meetings/
RUN printf '[meetings]\npath = "meetings"\n' > /etc/statement-intake/service.toml \
    && chmod -R u=rwX,go=rX /etc/statement-intake

# Where ledger and files lie is the image's business, whatever the mounted service.toml says: only the volumes are kept.
# One heap for all threads, as in the systemd unit: each of its own would keep what it once needed.
ENV PATH=/opt/statement-intake/bin:/usr/local/bin:/usr/bin:/bin \
    LANG=C.UTF-8 \
    MALLOC_ARENA_MAX=1 \
    STATEMENT_INTAKE_CONFIG=/etc/statement-intake/service.toml \
    STATEMENT_INTAKE_LEDGER__URL=sqlite:////var/lib/statement-intake/ledger/ledger.db \
    STATEMENT_INTAKE_FILES__PATH=/var/lib/statement-intake/files

LABEL org.opencontainers.image.title="statement-intake" \
      org.opencontainers.image.description="Takes in the statements that delegations e-mail to a conference secretariat" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.base.name="docker.io/library/debian:bookworm-slim"

USER 10001:10001
WORKDIR /var/lib/statement-intake
VOLUME ["/var/lib/statement-intake/ledger", "/var/lib/statement-intake/files"]

# The service finishes the message in hand. It reaps no orphans: run it under an init (--init; compose.yaml does).
STOPSIGNAL SIGTERM
ENTRYPOINT ["statement-intake"]
CMD ["run"]

# doctor tries everything, above all whether bubblewrap may work in this container, so it also signs in to the mail
# servers: four times an hour is enough of that. That the process is alive needs no check, the container is that process.
# Unhealthy means "somebody should look", not "restart it": the service waits for a mail server by itself.
HEALTHCHECK --interval=15m --timeout=2m --start-period=1m --retries=2 CMD ["statement-intake", "doctor"]
