"""The mail of our own that the warden reads before it forks the first cell."""

import re
from pathlib import Path

import pytest

from statement_intake.domain.message import Category
from statement_intake.reading.documents.document import read
from statement_intake.reading.mail.mime import read_message
from statement_intake.reading.sample import sample_mail, sample_pdf
from tests.reading.test_sandbox import inside


def test_it_is_a_whole_statement(tmp_path: Path) -> None:
    """A mail that were refused half way would leave the other half of the reader cold."""
    (tmp_path / "mail").write_bytes(sample_mail())
    (tmp_path / "out").mkdir()
    message = read_message(
        tmp_path / "mail", tmp_path / "out", seconds=60, message_bytes=1_000_000, output_bytes=1_000_000
    )
    document, picture = message.attachments
    assert document.document is not None
    assert (document.document.words, picture.category) == (8, Category.IMAGE)
    assert (message.headers.subject, message.defects) == ("12th EMIC statement – Côte d'Ivoire 4", ())
    assert message.link_labels == {"https://example.org/": "here"}


def test_so_is_the_pdf(tmp_path: Path) -> None:
    """With a text that is found where it stands: a file that is mended first would warm something else."""
    pdf = tmp_path / "document"
    pdf.write_bytes(sample_pdf())
    found = read(pdf, "pdf")
    assert (found.problem, found.words, found.pages, found.text) == (
        None, 8, 1, "Please find attached our statement. https://example.org/",
    )  # fmt: skip


def test_no_pattern_waits_for_a_mail_to_be_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell remembers nothing of the cell before it: each would compile it again, at a twentieth of a mail's cost.

    Python's parser compiles one for each boundary, which nobody can know before.
    """
    compiled: list[str | bytes] = []
    compile_ = re._compiler.compile  # type: ignore[attr-defined]  # noqa: SLF001 - where each of them passes

    def noted(pattern: str | bytes, flags: int = 0) -> object:
        compiled.append(pattern)
        return compile_(pattern, flags)

    (tmp_path / "mail").write_bytes(sample_mail())
    monkeypatch.setattr(re._compiler, "compile", noted)  # type: ignore[attr-defined]  # noqa: SLF001
    for turn in ("as the warden does", "in a cell"):
        # Modules that come with the first mail bring their patterns with them.
        compiled.clear()
        re.purge()
        (tmp_path / turn).mkdir()
        read_message(tmp_path / "mail", tmp_path / turn, seconds=60, message_bytes=1_000_000, output_bytes=1_000_000)
    boundaries = [pattern for pattern in compiled if "(?P<sep>" in str(pattern)]
    assert (compiled, len(boundaries)) == (boundaries, sample_mail().count(b"boundary="))


def test_what_has_read_it_has_one_thread(tmp_path: Path) -> None:
    """So nobody else holds a lock in it, and nothing has to be mended in what is forked from it."""
    code = """
import os
from statement_intake.reading import child, warden
from statement_intake.reading.walls import jail
child.load(jail.MAILS)
print(len(os.listdir("/proc/self/task")), os.listdir(jail.MAILS))
"""
    assert inside(code, tmp_path).stdout == "1 []\n"
