"""The ledger as a whole: its parts share one database."""

from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from statement_intake.domain.letters.limits import ReplyLimits
from statement_intake.ledger.accounts import Accounts
from statement_intake.ledger.arrivals import Arrivals
from statement_intake.ledger.audit import Audit
from statement_intake.ledger.contents import Contents
from statement_intake.ledger.coverage import CoverageQuery
from statement_intake.ledger.engine import LedgerError, open_engine, reading
from statement_intake.ledger.figures import Figures
from statement_intake.ledger.folders import Folders
from statement_intake.ledger.ignored import Ignored
from statement_intake.ledger.inspections import Inspections
from statement_intake.ledger.keys import Keys
from statement_intake.ledger.letters.bounces import Bounces
from statement_intake.ledger.letters.handling import Handling
from statement_intake.ledger.letters.lookup import Letters
from statement_intake.ledger.letters.outbox import Outbox
from statement_intake.ledger.log import Log
from statement_intake.ledger.marks import Marks
from statement_intake.ledger.notices import Notices
from statement_intake.ledger.pulses import Pulses
from statement_intake.ledger.purging import Purging
from statement_intake.ledger.record import Record
from statement_intake.ledger.revision import is_current, is_empty
from statement_intake.ledger.search import LogSearch
from statement_intake.ledger.sessions import Sessions
from statement_intake.ledger.shelf import Shelf
from statement_intake.ledger.threads import Threads
from statement_intake.ledger.verdicts import Verdicts


class Ledger:
    """Arrivals come in, decisions are recorded, letters go out, the log tells; pulses say whether it all works."""

    def __init__(self, engine: Engine, replies: ReplyLimits) -> None:
        self.engine = engine
        self.folders = Folders(engine)
        self.arrivals = Arrivals(engine)
        self.threads = Threads(engine)
        self.record = Record(engine, replies)
        self.verdicts = Verdicts(engine)
        self.marks = Marks(engine)
        self.outbox = Outbox(engine)
        self.letters = Letters(engine)
        self.handling = Handling(engine)
        self.bounces = Bounces(engine)
        self.log = Log(engine)
        self.ignored = Ignored(engine)
        self.inspections = Inspections(engine)
        self.coverage = CoverageQuery(engine)
        self.contents = Contents(engine)
        self.shelf = Shelf(engine)
        self.purging = Purging(engine)
        self.figures = Figures(engine)
        self.pulses = Pulses(engine)
        self.notices = Notices(engine)
        self.search = LogSearch(engine)
        self.audit = Audit(engine)
        self.accounts = Accounts(engine)
        self.sessions = Sessions(engine)
        self.keys = Keys(engine)

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()


def open_ledger(url: str, replies: ReplyLimits | None = None) -> Ledger:
    """Open the ledger; an empty database gets its tables. Raises LedgerError for an old one, or a damaged one."""
    engine = open_engine(url)
    try:
        _make_or_prove(engine)
    except BaseException:
        engine.dispose()
        raise
    return Ledger(engine, replies or ReplyLimits())


def _make_or_prove(engine: Engine) -> None:
    """Raises LedgerError unless the ledger is, from now on, current and sound."""
    try:
        if is_empty(engine):
            from statement_intake.ledger import migration  # noqa: PLC0415 - once in the life of a ledger

            migration.upgrade(engine)
        elif not is_current(engine):
            raise LedgerError(f"the ledger {engine.url.database} has an old schema; run: statement-intake migrate")
        with reading(engine).connect() as connection:
            answer = connection.execute(text("PRAGMA quick_check(1)")).scalar()
    except DBAPIError as error:
        raise LedgerError(f"the ledger {engine.url.database} cannot be opened: {error.orig}") from error
    if answer != "ok":
        told = " ".join(str(answer).split())
        raise LedgerError(f"the ledger {engine.url.database} is damaged ({told}); restore it from a backup")
