"""The log as the console asks for it: filtered, searched, sorted, a page at a time.

Pages are keyed by the last row of the one before, not by a number of rows to skip: the thousandth page costs what the
first does, and a statement that arrives meanwhile moves nothing.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, String, Text, and_, cast, func, or_, select

from statement_intake.domain.finding import Finding, Outcome
from statement_intake.domain.records import LogRow
from statement_intake.domain.search import COUNTED_AT_MOST, Cursor, Found, Order, Search
from statement_intake.ledger.engine import reading
from statement_intake.ledger.schema import decisions, findings, letters, submissions
from statement_intake.ledger.words import among, count, matching

#: Rows that are held in memory at a time when everything is wanted.
_BATCH = 200
#: Rows that are asked about at a time where a word is nearly everywhere.
_SIFTED = 200
_STRENGTH = {"silent": 0, "ignore": 1, "hold": 2, "reject": 3, "note": 4}
#: A column that can be empty sorts as if it said nothing.
_COLUMNS: dict[Order, ColumnElement[Any]] = {
    Order.RECEIVED: submissions.c.received_at,
    Order.PARTY: func.coalesce(submissions.c.party_name, ""),
    Order.OUTCOME: submissions.c.outcome,
}
_LAST_LETTER = (
    select(letters.c.state)
    .where(letters.c.submission_id == submissions.c.id)
    .order_by(letters.c.revision.desc())
    .limit(1)
    .scalar_subquery()
)


class LogSearch:
    """Reads; never writes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = reading(engine)

    def page(self, search: Search, size: int) -> Found:
        """The page of *size* rows that the search's cursor points to, else the first."""
        conditions = list(_conditions(search))
        with self._engine.begin() as connection:
            count = _count(connection, search, conditions)
            everywhere = len(conditions) == 1 and search.words and count >= COUNTED_AT_MOST
            rows, more = (_sift if everywhere else _page)(connection, search, conditions, size)
            backwards = search.cursor is not None and search.cursor.backwards
            earlier, later = (more, search.cursor is not None) if backwards else (search.cursor is not None, more)
            return Found(
                rows=log_rows(connection, rows),
                count=count,
                after=_cursor(search, rows[-1]) if rows and later else None,
                before=_cursor(search, rows[0]).model_copy(update={"backwards": True}) if rows and earlier else None,
            )

    def every(self, search: Search) -> Iterator[LogRow]:
        """Every row, a batch at a time, in the search's order."""
        cursor: Cursor | None = None
        more = True
        while more:
            search = search.model_copy(update={"cursor": cursor})
            with self._engine.begin() as connection:
                rows, more = _page(connection, search, list(_conditions(search)), _BATCH)
                yield from log_rows(connection, rows)
            if rows:
                cursor = _cursor(search, rows[-1])

    def reasons(self, search: Search) -> Iterator[str]:
        """The codes of what rejects, of every decision that is searched for."""
        query = (
            select(findings.c.code)
            .join(decisions, findings.c.decision_id == decisions.c.id)
            .join(submissions, submissions.c.id == decisions.c.submission_id)
            .where(decisions.c.revision == submissions.c.revision, findings.c.effect == "reject")
            .where(*_conditions(search))
        )
        with self._engine.begin() as connection:
            yield from connection.execute(query).scalars()

    def codes(self) -> tuple[str, ...]:
        """The codes of all findings there are, for the filter."""
        with self._engine.begin() as connection:
            return tuple(connection.execute(select(findings.c.code).distinct().order_by(findings.c.code)).scalars())

    def outcomes(self, search: Search) -> dict[str, int]:
        """How many there are of each outcome among what is searched for."""
        query = select(submissions.c.outcome, func.count()).where(*_conditions(search)).group_by(submissions.c.outcome)
        with self._engine.begin() as connection:
            return {outcome: count for outcome, count in connection.execute(query)}  # noqa: C416 - rows are not pairs to the type checker


def _count(connection: Connection, search: Search, conditions: Sequence[ColumnElement[bool]]) -> int:
    """How many there are, up to COUNTED_AT_MOST. Words alone are counted without a look at the submissions."""
    if (
        len(conditions) == 1
        and search.words
        and (found := count(connection, search.words, COUNTED_AT_MOST)) is not None
    ):
        return found
    counted = select(submissions.c.id).where(*conditions).limit(COUNTED_AT_MOST).subquery()
    return int(connection.execute(select(func.count()).select_from(counted)).scalar() or 0)


def _page(
    connection: Connection, search: Search, conditions: Sequence[ColumnElement[bool]], size: int
) -> tuple[list[Row[Any]], bool]:
    """The rows of a page in the search's order, and whether there are more in the direction that was asked for."""
    backwards = search.cursor is not None and search.cursor.backwards
    descending = search.descending is not backwards
    key = _COLUMNS[search.order]
    query = select(submissions).where(*conditions)
    if search.cursor is not None:
        query = query.where(_beyond(key, search.cursor, descending=descending))
    order = (key.desc(), submissions.c.id.desc()) if descending else (key, submissions.c.id)
    rows = list(connection.execute(query.order_by(*order).limit(size + 1)))
    more = len(rows) > size
    rows = rows[:size]
    return (rows[::-1] if backwards else rows), more


def _sift(
    connection: Connection, search: Search, _conditions: Sequence[ColumnElement[bool]], size: int
) -> tuple[list[Row[Any]], bool]:
    """As `_page`, for words that are nearly everywhere: rows in their order, and the index asked about those alone.

    Making a list of all that match takes longer than looking at the few that a page needs.
    """
    backwards = search.cursor is not None and search.cursor.backwards
    found: list[Row[Any]] = []
    more = True
    while more and len(found) <= size:
        rows, more = _page(connection, search, (), _SIFTED)
        rows = rows[::-1] if backwards else rows
        if rows:
            known = among(connection, search.words, [row.id for row in rows])
            found += [row for row in rows if row.id in known]
            cursor = _cursor(search, rows[-1]).model_copy(update={"backwards": backwards})
            search = search.model_copy(update={"cursor": cursor})
    page = found[:size]
    return (page[::-1] if backwards else page), len(found) > size


def _beyond(key: ColumnElement[Any], cursor: Cursor, *, descending: bool) -> ColumnElement[bool]:
    identity = submissions.c.id
    if descending:
        return and_(key <= cursor.value, or_(key < cursor.value, identity < cursor.id))
    return and_(key >= cursor.value, or_(key > cursor.value, identity > cursor.id))


def _cursor(search: Search, row: Row[Any]) -> Cursor:
    value = {Order.RECEIVED: row.received_at, Order.PARTY: row.party_name or "", Order.OUTCOME: row.outcome}
    return Cursor(value=value[search.order], id=row.id)


def _conditions(search: Search) -> Iterator[ColumnElement[bool]]:
    yield from _on_columns(search)
    if search.item:
        # Items are numbers and letters, so that the list's JSON can be asked as text.
        yield cast(submissions.c["items"], Text).contains(f'"{search.item}"', autoescape=True)
    if search.code:
        yield _has_finding(search.code)
    if search.reply:
        yield func.coalesce(_LAST_LETTER, "none") == search.reply
    if (found := matching(search.words)) is not None:
        yield found


def _on_columns(search: Search) -> Iterator[ColumnElement[bool]]:
    """What a submission's own row answers."""
    if search.outcomes:
        yield submissions.c.outcome.in_([str(outcome) for outcome in search.outcomes])
    for name in ("standing", "meeting", "party", "kind"):
        if value := getattr(search, name):
            yield submissions.c[name] == value
    if search.needs_person:
        yield submissions.c.needs_person != ""
    if search.since:
        yield submissions.c.received_at >= search.since
    if search.until:
        yield submissions.c.received_at < search.until


def _has_finding(code: str) -> ColumnElement[bool]:
    current = (decisions.c.submission_id == submissions.c.id) & (decisions.c.revision == submissions.c.revision)
    query = select(findings.c.id).join(decisions, findings.c.decision_id == decisions.c.id)
    return query.where(current, findings.c.code == cast(code, String)).exists()


def log_rows(connection: Connection, rows: Sequence[Row[Any]]) -> tuple[LogRow, ...]:
    """Rows of `submissions` with their findings and the state of their last letter: three queries, however many."""
    ids = [row.id for row in rows]
    found = _findings(connection, ids)
    states = _letter_states(connection, ids)
    return tuple(_log_row(row, found.get(row.id, []), states.get(row.id)) for row in rows)


def _findings(connection: Connection, ids: Sequence[int]) -> dict[int, list[Finding]]:
    query = (
        select(findings, decisions.c.submission_id)
        .join(decisions, findings.c.decision_id == decisions.c.id)
        .join(submissions, submissions.c.id == decisions.c.submission_id)
        .where(decisions.c.submission_id.in_(ids), decisions.c.revision == submissions.c.revision)
        .order_by(findings.c.id)
    )
    found: dict[int, list[Finding]] = {}
    for row in connection.execute(query):
        finding = Finding(code=row.code, effect=row.effect, message=row.message, detail=row.detail)
        found.setdefault(row.submission_id, []).append(finding)
    return found


def _letter_states(connection: Connection, ids: Sequence[int]) -> dict[int, str]:
    query = select(letters.c.submission_id, letters.c.state).where(letters.c.submission_id.in_(ids))
    return {row.submission_id: row.state for row in connection.execute(query.order_by(letters.c.revision))}


def _log_row(row: Row[Any], found: list[Finding], reply: str | None) -> LogRow:
    found = sorted(found, key=lambda finding: _STRENGTH[str(finding.effect)])
    return LogRow(
        reference=row.reference,
        received=row.received_at,
        outcome=Outcome(row.outcome),
        standing=row.standing,
        meeting=row.meeting,
        party=row.party,
        party_name=row.party_name,
        items=tuple(row.items),
        kind=row.kind,
        codes=tuple(finding.code for finding in found),
        reasons=tuple(finding.message for finding in found),
        sender=row.sender,
        subject=row.subject,
        reply=reply,
        needs_person=row.needs_person,
    )
