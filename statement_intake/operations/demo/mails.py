"""The demo's mails, and what has to become of each."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from statement_intake.operations.demo.media import docx, jpeg, speech, video, with_lying_header

#: A Wednesday before the deadline.
FIRST = datetime(2023, 8, 23, 7, 30, tzinfo=UTC)
MAIN, COPY = "uncac@un.org", "unov.conference@un.org"
_DOCX = ("application", "vnd.openxmlformats-officedocument.wordprocessingml.document")
_WORDS = 320


@dataclass(frozen=True)
class DemoMail:
    """A mail, where it arrives, and its expected fate."""

    #: What it shows, for the table.
    shows: str
    message: EmailMessage
    outcome: str
    #: A finding that has to be among its findings.
    code: str | None = None
    received: datetime = FIRST
    #: Mailboxes in which it arrives.
    mailboxes: tuple[str, ...] = ("uncac",)
    #: Whether the delegation gets a letter.
    letter: bool = True


@dataclass
class Post:
    """Makes the mails one by one, each a few minutes after the one before."""

    media: Path
    sent: int = field(default=0)

    def mail(self, sender: str, subject: str, text: str, *files: tuple[str, bytes]) -> EmailMessage:
        """A mail as a delegation's mail program writes it."""
        self.sent += 1
        message = EmailMessage()
        message["From"] = sender
        message["To"] = MAIN
        message["Cc"] = COPY
        message["Subject"] = subject
        message["Date"] = format_datetime(self.now)
        message["Message-ID"] = f"<demo-{self.sent}@{sender.rpartition('@')[2].strip('>')}>"
        message.set_content(text)
        for name, content in files:
            major, minor = ("video", "mp4") if name.endswith(".mp4") else _DOCX
            message.add_attachment(content, maintype=major, subtype=minor, filename=name)
        return message

    @property
    def now(self) -> datetime:
        """When the mail at hand arrives."""
        return FIRST + timedelta(minutes=11 * self.sent)

    def video(self, name: str, seconds: float) -> bytes:
        """A video of that length; made once."""
        path = self.media / name
        return (path if path.exists() else video(path, seconds)).read_bytes()

    def liar(self, name: str, claims: float, lasts: float) -> bytes:
        """A video whose header claims another length than it has."""
        honest, path = self.media / f"honest-{name}", self.media / name
        if not path.exists():
            with_lying_header(video(honest, lasts), path, claims)
        return path.read_bytes()


def transcript(party: str) -> tuple[str, bytes]:
    """A transcript as Word writes it."""
    return f"Transcript {party}.docx", docx(speech(_WORDS, party))


def first_day(post: Post) -> Iterator[DemoMail]:
    """What arrives before the service has answered anything."""
    yield from _statements(post)
    yield from _faulty_statements(post)
    yield from _other_mail(post)


def _statements(post: Post) -> Iterator[DemoMail]:
    note = "Please find attached our statement.\n\nPermanent Mission"
    good = post.video("france.mp4", 171.2)
    yield DemoMail(
        "a perfect video statement, in both mailboxes",
        post.mail(
            "Permanent Mission of France <mission@vienna.gouv.fr>",
            "12th EMIC statement – France 3",
            note,
            ("France.mp4", good),
            transcript("France"),
        ),
        "accepted",
        received=post.now,
        mailboxes=("uncac", "conference"),
    )
    yield DemoMail(
        "a written statement",
        post.mail(
            "mission@kenya.go.ke", "12th EMIC statement – Kenya 4", note, ("Kenya.docx", docx(speech(400, "Kenya")))
        ),
        "accepted",
        received=post.now,
    )
    yield DemoMail(
        "a subject with the wrong dash",
        post.mail(
            "mission@eda.admin.ch",
            "RE: 12th EMIC Statement - Switzerland, item 4",
            note,
            ("CH.mp4", post.video("switzerland.mp4", 168.4)),
            transcript("CH"),
        ),
        "accepted",
        "subject.normalised",
        received=post.now,
    )


def _faulty_statements(post: Post) -> Iterator[DemoMail]:
    note = "Please find attached our statement."
    yield DemoMail(
        "a video of 3:07",
        post.mail(
            "missao@itamaraty.gov.br",
            "12th EMIC statement – Brazil 3",
            note,
            ("Brazil.mp4", post.video("brazil.mp4", 187)),
            transcript("Brazil"),
        ),
        "rejected",
        "video.too_long",
        received=post.now,
    )  # fmt: skip
    yield DemoMail(
        "a video without its transcript",
        post.mail(
            "mission@mofa.go.jp", "12th EMIC statement – Japan 3", note, ("Japan.mp4", post.video("japan.mp4", 164.8))
        ),
        "rejected",
        "transcript.missing",
        received=post.now,
    )
    yield DemoMail(
        "a header that says 2:00 where the video lasts 3:20",
        post.mail(
            "mission@mfa.gov.gh",
            "12th EMIC statement – Ghana 4",
            note,
            ("Ghana.mp4", post.liar("ghana.mp4", 120, 200)),
            transcript("Ghana"),
        ),
        "rejected",
        "video.too_long",
        received=post.now,
    )  # fmt: skip
    yield DemoMail(
        "an unknown country, and a transcript that is a photo",
        post.mail(
            "office@atlantis.example",
            "12th EMIC statement – Atlantis 3",
            note,
            ("Atlantis.mp4", post.video("atlantis.mp4", 159.6)),
            ("Transcript.docx", jpeg()),
        ),
        "rejected",
        "subject.party_unknown",
        received=post.now,
    )
    yield DemoMail(
        "an empty video",
        post.mail(
            "mission@mfa.gov.gy", "12th EMIC statement – Guyana 3", note, ("Guyana.mp4", b""), transcript("Guyana")
        ),
        "rejected",
        "video.unreadable",
        received=post.now,
    )
    yield DemoMail(
        "a link instead of the video",
        post.mail(
            "mision@cancilleria.gob.ar", "12th EMIC statement – Argentina 3",
            "Our video statement is here:\nhttps://we.tl/t-5tEhbG2cVx\n", transcript("Argentina"),
        ),
        "held",
        "video.by_link",
        received=post.now,
    )  # fmt: skip


def _other_mail(post: Post) -> Iterator[DemoMail]:
    away = post.mail("delegate@mfa.example", "Automatic reply: 12th EMIC statement – Norway 3", "I am out of office.")
    away["Auto-Submitted"] = "auto-replied"
    yield DemoMail("an out-of-office reply", away, "ignored", "message.automatic", received=post.now, letter=False)
    yield DemoMail(
        "a condolence note",
        post.mail("embassy@mfa.example", "Condolences on the passing of our colleague", "With our deepest sympathy."),
        "ignored",
        "message.unrelated",
        received=post.now,
        letter=False,
    )
    yield DemoMail(
        "a question",
        post.mail("attache@mfa.gov.mt", "12th EMIC: question about statements", "May our video last four minutes?"),
        "held",
        "message.conversation",
        received=post.now,
        letter=False,
    )


def second_day(post: Post, receipt: str) -> Iterator[DemoMail]:
    """What arrives when the receipt is there. *receipt*: the Message-ID of the letter to France."""
    post.sent += 100
    again = post.mail(
        "Permanent Mission of France <mission@vienna.gouv.fr>",
        "Re: 12th EMIC statement – France 3",
        "This replaces the video that we sent this morning.",
        ("France (corrected).mp4", post.video("france2.mp4", 165)),
        transcript("France, corrected"),
    )
    again["In-Reply-To"] = receipt
    yield DemoMail("a delegation's second version", again, "accepted", "subject.normalised", received=post.now)
    thanks = post.mail(
        "Permanent Mission of France <mission@vienna.gouv.fr>",
        "Re: 12th EMIC statement – France 3",
        "Thank you very much!",
    )
    thanks["In-Reply-To"] = receipt
    yield DemoMail("a thank-you", thanks, "held", "message.conversation", received=post.now, letter=False)
