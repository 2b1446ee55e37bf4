"""The step *glance*: is a mail worth downloading? Its headers and structure say."""

import structlog

from statement_intake.desk import Desk
from statement_intake.domain.faults import SurroundingsFault
from statement_intake.domain.letters.bounces import may_be_bounce
from statement_intake.domain.message import Glance
from statement_intake.domain.triage.glancing import Answer, Look, glance
from statement_intake.logs import where
from statement_intake.steps.gathering import find_ties, possible_ties

log = structlog.get_logger()


def look(seen: Glance, desk: Desk) -> Look:
    """Whether to download it. What cannot be judged is, so that it comes into sight."""
    try:
        return _look(seen, desk)
    except (SurroundingsFault, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - one mail's header must not end the poll for all others
        log.error("a fault of ours at the glance", problem=where(error))  # noqa: TRY400 - its text may quote the mail
        return Look(answer=Answer.UNSURE)


def _look(seen: Glance, desk: Desk) -> Look:
    read = desk.knowledge.read_hint
    looked = glance(seen, read, possible_ties(seen.headers, desk))
    if looked.answer is not Answer.OTHER:
        looked = glance(seen, read, find_ties(seen.headers, desk))
    structure = [part.media_type for part in seen.parts or ()]
    if (
        looked.answer is Answer.OTHER
        and may_be_bounce(seen.headers, structure, desk.knowledge.words)
        and desk.ledger.bounces.may_come(seen.received)
    ):
        # Perhaps a letter of ours did not arrive. Which one, often only the body says.
        return Look(answer=Answer.UNSURE)
    return looked
