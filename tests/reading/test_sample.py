"""The mail of our own that the warden reads before it forks the first cell."""

from pathlib import Path

from statement_intake.domain.message import Category
from statement_intake.reading.mail.mime import read_message
from statement_intake.reading.sample import sample_mail
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
