"""What every decision writes, whoever made it: the step, its findings, its files, its letter and its audit entry.

What is run for each mail is said once, here and beside it: to put a statement together costs more than to run it.
"""

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from statement_intake.domain.decision import Decision
from statement_intake.domain.letters.limits import ReplyLimits
from statement_intake.domain.message import Message
from statement_intake.domain.records import SERVICE, Recorded, Verdict
from statement_intake.ledger.audit import note
from statement_intake.ledger.inspections import await_inspection
from statement_intake.ledger.letters.queueing import Twin, queue
from statement_intake.ledger.rows import file_rows, key_of, summary
from statement_intake.ledger.schema import decisions, files, findings, messages
from statement_intake.ledger.words import index

_STEP, _FINDINGS, _FILES = insert(decisions), insert(findings), insert(files)
_CURRENT = (files.c.submission_id == bindparam("submission")) & files.c.replaced.is_(None)
#: What the present decision does not see any more; what it sees is written anew.
_LEFT_OUT = update(files).where(_CURRENT, files.c.sha256.not_in(bindparam("seen", expanding=True)))
_CLEARED = delete(files).where(_CURRENT)
_TO_MARK = (
    update(messages)
    .where(messages.c.submission_id == bindparam("submission"), messages.c.id != bindparam("but"))
    .where(messages.c.mark.in_(("pending", "done")))
    .values(mark="pending")
)


def write(  # noqa: PLR0913 - one argument for each thing that is recorded
    connection: Connection, submission: int, reference: str, revision: int, decision: Decision, verdict: Verdict, *,
    whole: Message, limits: ReplyLimits | None = None, twin: Twin | None = None,
) -> Recorded:  # fmt: skip
    """Write down that *submission* is decided as it is at *revision*. *whole*: all its mails as one, to be found by.

    *limits*: for the letters that the service writes by itself.
    """
    step = connection.execute(
        _STEP,
        {
            "submission_id": submission,
            "revision": revision,
            "outcome": str(decision.outcome),
            "decided_at": verdict.at,
            "actor": verdict.actor,
            "action": verdict.action,
            "because": verdict.because,
            "sender": decision.sender.model_dump(mode="json"),
        },
    )
    rows = [finding.model_dump(mode="json") | {"decision_id": key_of(step)} for finding in decision.findings]
    if rows:
        connection.execute(_FINDINGS, rows)
    _keep_files(connection, submission, revision, decision, verdict)
    recorded = Recorded()
    if verdict.letter is not None:
        limits = limits if verdict.actor == SERVICE else None
        recorded = queue(connection, submission, revision, verdict.letter, verdict.at, limits=limits, twin=twin)
    told = summary(decision, revision, verdict) | ({"same_message_id": twin.reference} if twin else {})
    note(connection, verdict.at, verdict.actor, verdict.action, reference, told)
    index(connection, submission, reference, whole, decision)
    return recorded


def _keep_files(connection: Connection, submission: int, revision: int, decision: Decision, verdict: Verdict) -> None:
    if revision > 1:
        seen = [file.attachment.sha256 for file in decision.submission.files]
        connection.execute(_LEFT_OUT, {"submission": submission, "seen": seen, "replaced": revision})
        connection.execute(_CLEARED, {"submission": submission})
    if rows := file_rows(submission, decision, verdict.added_by):
        connection.execute(_FILES, rows)
        await_inspection(connection, decision)


def mark_again(connection: Connection, submission: int, decision: Decision, *, but: int = 0) -> None:
    """The mails of the submission are to carry the outcome that it has now."""
    connection.execute(_TO_MARK, {"submission": submission, "but": but, "outcome": str(decision.outcome)})


def whole_of(connection: Connection, submission: int) -> Message:
    """The first mail of a submission, with the text of all."""
    query = select(messages.c.facts).where(messages.c.submission_id == submission, messages.c.facts.is_not(None))
    found = connection.execute(query.order_by(messages.c.revision, messages.c.id)).scalars()
    mails = [Message.model_validate(facts) for facts in found]
    return mails[0].model_copy(update={"text": "\n".join(mail.text for mail in mails)})
