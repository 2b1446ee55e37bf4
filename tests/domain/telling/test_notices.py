"""What the staff is told of the service's own accord."""

from datetime import UTC, datetime, time, timedelta

from statement_intake.domain.finding import Outcome
from statement_intake.domain.letters.limits import Flood, ReplyLimits
from statement_intake.domain.meeting import Kind
from statement_intake.domain.office import Office
from statement_intake.domain.records import LogRow
from statement_intake.domain.telling.digest import Day, due, write
from statement_intake.domain.telling.notices import (
    NEAR,
    OVERDUE,
    SETTLED,
    SILENT,
    TRIPPED,
    Watchfulness,
    of_breaker,
    of_held,
    of_pulses,
    summary,
)
from statement_intake.domain.telling.pulse import Pulse
from tests.domain.values import knowledge

#: Thursday, 24 August 2023, noon in Vienna.
THURSDAY = datetime(2023, 8, 24, 10, 0, tzinfo=UTC)
MEETINGS = knowledge().meetings
OFFICE = Office(zone="Europe/Vienna", opens=time(9), closes=time(17))
WATCH = Watchfulness(silent_after=timedelta(minutes=30), held_working_days=1, near_deadline=timedelta(hours=24))


def row(reference: str = "SI-1", outcome: Outcome = Outcome.HELD, received: datetime = THURSDAY) -> LogRow:
    """A line of the log."""
    return LogRow(
        reference=reference, received=received, outcome=outcome, standing="current", meeting="emic-12", party="KEN",
        party_name="Kenya", items=("4",), kind="video", codes=("video.by_link",), reasons=("No video, but a link.",),
        sender="a@kenya.example", subject="s", reply=None, needs_person="",
    )  # fmt: skip


def told(pulse: Pulse, *already: str, after: timedelta = timedelta()) -> list[tuple[str, str]]:
    """Kind and text of what follows from one pulse."""
    known = {(kind, pulse.what): THURSDAY for kind in already}
    return [(notice.kind, notice.text) for notice in of_pulses([pulse], known, THURSDAY + after, WATCH)]


def test_a_mailbox_is_silent_once() -> None:
    """From the set time on, once; not before."""
    pulse = Pulse(what="mailbox main", worked_at=THURSDAY, failing_since=THURSDAY, problem="connection refused")
    assert told(pulse, after=timedelta(minutes=29)) == []
    text = (
        "The mailbox main has not been reached since 2023-08-24 10:00 UTC. The last attempt said: connection refused"
        "\n\n"
        "Mail waits where it is. The service goes on trying, and writes again when the mailbox works."
    )
    assert told(pulse, after=timedelta(minutes=30)) == [(SILENT, text)]
    assert told(pulse, SILENT, after=timedelta(hours=9)) == []


def test_a_mailbox_that_never_worked_counts_from_its_first_failure() -> None:
    """A service that starts again and again is noticed, too."""
    pulse = Pulse(what="mailbox main", worked_at=None, failing_since=THURSDAY, problem="refused")
    assert [kind for kind, _ in told(pulse, after=timedelta(hours=1))] == [SILENT]


def test_a_recovery_is_told_only_where_the_silence_was() -> None:
    """Once: the watcher forgets the silence when it has told."""
    pulse = Pulse(what="mailbox main", worked_at=THURSDAY, failing_since=None)
    assert told(pulse) == []
    assert told(pulse, SILENT) == [("back", "The mailbox main works again; nothing was lost.")]


def held(now: datetime, *already: str, received: datetime = THURSDAY) -> list[str]:
    """Kinds of what follows from one held statement."""
    known = {(kind, "SI-1"): now for kind in already}
    return [notice.kind for notice in of_held([row(received=received)], MEETINGS, known, OFFICE, now, WATCH)]


def test_a_statement_that_waits_a_working_day_is_overdue() -> None:
    """The weekend does not count: what came on Friday at noon is overdue on Monday at noon."""
    friday = THURSDAY + timedelta(days=1)
    assert held(friday + timedelta(days=2, hours=23), received=friday) == []
    assert held(friday + timedelta(days=3), received=friday) == [OVERDUE]
    assert held(friday + timedelta(days=3), OVERDUE, received=friday) == []


def test_a_statement_that_waits_near_its_deadline_is_told_before_it() -> None:
    """The day before; after the deadline nobody can do anything about it any more."""
    meeting = knowledge().meeting("emic-12")
    assert meeting is not None
    deadline = meeting.deadline[Kind.VIDEO].moment
    assert held(deadline - timedelta(hours=25), OVERDUE) == []
    assert held(deadline - timedelta(hours=24), OVERDUE) == [NEAR]
    assert held(deadline - timedelta(hours=24), OVERDUE, NEAR) == []
    assert held(deadline + timedelta(seconds=1), OVERDUE) == []


def test_a_notice_says_who_waits_and_why() -> None:
    """So that an officer knows from the mail alone whether it is urgent."""
    notices = of_held([row()], MEETINGS, {}, OFFICE, THURSDAY + timedelta(days=1), WATCH)
    assert [notice.text for notice in notices] == [
        "SI-1  Kenya, item 4\n    Waits since Thursday, 24 August 2023, 12:00 (CEST).\n    No video, but a link."
    ]


def test_a_statement_that_is_overdue_and_near_its_deadline_is_told_of_in_one_entry() -> None:
    """Both are written down, so that neither is told again."""
    now = MEETINGS[0].deadline[Kind.VIDEO].moment - timedelta(hours=1)
    news = list(of_held([row(), row("SI-2", received=now)], MEETINGS, {}, OFFICE, now, WATCH))
    assert [(notice.about, notice.kind) for notice in news] == [("SI-1", OVERDUE), ("SI-1", NEAR), ("SI-2", NEAR)]
    subject, text = summary(news)
    assert subject == "2 statements waiting for a person, near the deadline"
    assert [entry.splitlines()[:3] for entry in text.split("\n\n")[1:]] == [
        [
            f"{reference}  Kenya, item 4",
            f"    Waits since {since} (CEST).",
            "    The deadline is Wednesday, 30 August 2023, 23:59 (CEST).",
        ]
        for reference, since in (
            ("SI-1", "Thursday, 24 August 2023, 12:00"),
            ("SI-2", "Wednesday, 30 August 2023, 22:59"),
        )
    ]


def test_a_headline_ends_with_its_sentence_and_not_with_a_name_that_has_a_full_stop() -> None:
    """Mailboxes may be called by an address."""
    pulse = Pulse(what="mailbox uncac.main", worked_at=None, failing_since=THURSDAY, problem="no. 5 is refused")
    (silent,) = of_pulses([pulse], {}, THURSDAY + timedelta(hours=1), WATCH)
    (back,) = of_pulses(
        [Pulse(what="mailbox a.b", worked_at=THURSDAY, failing_since=None)],
        {(SILENT, "mailbox a.b"): THURSDAY},
        THURSDAY,
        WATCH,
    )
    assert silent.headline == "The mailbox uncac.main has not been reached so far"
    assert back.headline == "The mailbox a.b works again; nothing was lost"


def test_a_digest_goes_once_on_each_working_day() -> None:
    """From its time on, in the office's zone; never on a weekend."""
    morning = datetime(2023, 8, 24, 6, 30, tzinfo=UTC)
    assert not due(None, morning - timedelta(seconds=1), time(8, 30), OFFICE)
    assert due(None, morning, time(8, 30), OFFICE)
    assert not due(morning, morning + timedelta(hours=3), time(8, 30), OFFICE)
    assert due(morning, morning + timedelta(days=1), time(8, 30), OFFICE)
    assert not due(morning, morning + timedelta(days=2), time(8, 30), OFFICE)
    assert due(morning, morning + timedelta(days=4), time(8, 30), OFFICE)


def test_a_digest_names_what_came_and_what_waits() -> None:
    """Rejections with their reasons, and everything that is held, however old."""
    day = Day(
        since=THURSDAY - timedelta(days=1),
        came=(row("SI-2", Outcome.ACCEPTED), row("SI-3", Outcome.REJECTED)),
        held=(row(),),
        troubled=1,
    )
    digest = write(day, THURSDAY, OFFICE)
    assert digest.subject == "Statements, 24 August 2023: 1 accepted, 1 rejected, 1 waiting"
    assert digest.text == (
        "Statements decided since Wednesday 23 August, 12:00, as they stand now.\n\n"
        "Accepted: 1\n  SI-2  Kenya, item 4, video, Thursday 24 August, 12:00\n\n"
        "Rejected: 1\n  SI-3  Kenya, item 4, video, Thursday 24 August, 12:00\n      No video, but a link.\n\n"
        "Waiting for a person: 1\n  SI-1  Kenya, item 4, video, Thursday 24 August, 12:00\n"
        "      No video, but a link.\n\n"
        "1 letter was refused or is of unknown fate: statement-intake outbox list\n"
    )


def test_a_digest_of_a_day_without_mail_says_so() -> None:
    """Silence would be read as a fault."""
    digest = write(Day(since=THURSDAY, came=(), held=(), troubled=0), THURSDAY, OFFICE)
    assert digest.text == (
        "Statements decided since Thursday 24 August, 12:00, as they stand now.\n\n"
        "None was decided.\n\n"
        "Waiting for a person: none\n"
    )
    assert digest.subject.endswith("0 accepted, 0 rejected, 0 waiting")


def test_the_breaker_is_told_once_and_its_end_once_however_it_goes_up_and_down() -> None:
    """A flood that just fills the limit lets a letter go now and then; it is one flood. The next one is news again."""
    known: dict[tuple[str, str], datetime] = {}
    news = []
    # Minutes, the last letter that it held, letters within the hour.
    story = ((0, None, 9), (1, 1, 10), (2, 2, 11), (40, 2, 9), (50, 50, 10), (80, 50, 9), (109, 50, 10), (110, 50, 3))
    for minutes, last, in_hour in (*story, (111, 50, 3), (500, 50, 0), (600, 599, 10), (601, 601, 11), (900, 601, 0)):
        now = THURSDAY + timedelta(minutes=minutes)
        held = None if last is None else THURSDAY + timedelta(minutes=last)
        flood = Flood(last_held=held, waiting=1, in_hour=in_hour)
        for notice in of_breaker(flood, ReplyLimits(per_hour=10), known, now):
            known[notice.kind, notice.about] = now
            news.append((minutes, notice.kind))
    assert news == [(1, TRIPPED), (110, SETTLED), (600, TRIPPED), (900, SETTLED)]


def test_a_breaker_that_is_full_still_holds() -> None:
    """The last letters that just fill the limit were written; the next one would wait."""
    known = {(TRIPPED, "letters"): THURSDAY}
    later = THURSDAY + timedelta(hours=2)
    full, free = (Flood(last_held=THURSDAY, waiting=2, in_hour=count) for count in (10, 9))
    assert list(of_breaker(full, ReplyLimits(per_hour=10), known, later)) == []
    (notice,) = of_breaker(free, ReplyLimits(per_hour=10), known, later)
    assert notice.text == (
        "Letters go by themselves again. 2 letters wait for a person still (statement-intake outbox list)."
    )
