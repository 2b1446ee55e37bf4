"""The full-text index of submissions. The only place that knows how the database searches text.

SQLite: an FTS5 table, whose rowid is the submission's id, kept in the transaction of each decision. On PostgreSQL the
same text goes into a `tsvector` column with a GIN index, and `matching` becomes `websearch_to_tsquery`; nothing outside
this file changes.
"""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, column, func, select, table, text

from statement_intake.domain.decision import Decision
from statement_intake.domain.message import Message
from statement_intake.ledger.schema import submissions

#: Characters of the mail's text and of each document that are indexed.
_TEXT = 20_000
#: Ideographs and kana are written without spaces: each is a word of its own, and a query for several is a phrase.
_WITHOUT_SPACES = re.compile("([\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff])")
_SPACED = r" \1 "
_LONGEST_QUERY = 200

_search = table("search", column("rowid"))
#: In the place of what was there.
_PUT = text("INSERT OR REPLACE INTO search (rowid, words) VALUES (:id, :words)")


def index(connection: Connection, submission: int, reference: str, facts: Message, decision: Decision) -> None:
    """Make a submission findable by what its mail, files and findings say."""
    understood = decision.submission
    said = [
        reference,
        facts.headers.subject,
        *(f"{sender.name} {sender.email}" for sender in facts.headers.sender),
        f"{understood.party.code} {understood.party.name}" if understood.party else "",
        *(f"{finding.code} {finding.message}" for finding in decision.findings),
        facts.text[:_TEXT],
    ]
    for file in understood.files:
        said.append(file.attachment.name)
        if file.attachment.document:
            said.append(file.attachment.document.text[:_TEXT])
    words = _WITHOUT_SPACES.sub(_SPACED, "\n".join(said).replace("\0", " "))
    connection.execute(_PUT, {"id": submission, "words": words})


def forget(connection: Connection, submission: int) -> None:
    """Nothing finds it by its words any more."""
    connection.execute(text("DELETE FROM search WHERE rowid = :id"), {"id": submission})


def matching(words: str) -> ColumnElement[bool] | None:
    """Submissions in which all of *words* are; None where there is nothing to look for."""
    found = _found(words)
    return None if found is None else submissions.c.id.in_(found)


def count(connection: Connection, words: str, most: int) -> int | None:
    """In how many submissions all of *words* are, up to *most*, by the index alone; None as above."""
    found = _found(words)
    if found is None:
        return None
    return int(connection.execute(select(func.count()).select_from(found.limit(most).subquery())).scalar_one())


def among(connection: Connection, words: str, submissions_asked: Sequence[int]) -> set[int]:
    """Those of some submissions in which all of *words* are."""
    found = _found(words)
    if found is None or not submissions_asked:
        return set(submissions_asked)
    # The index seeks a range of numbers; a list of them it would compare with every match.
    near = _search.c.rowid.between(min(submissions_asked), max(submissions_asked))
    return set(connection.execute(found.where(near)).scalars())


def _found(words: str) -> Select[Any] | None:
    terms = [_term(word) for word in words[:_LONGEST_QUERY].replace("\0", " ").split()]
    query = " ".join(term for term in terms if term)
    return select(_search.c.rowid).where(text("search MATCH :query").bindparams(query=query)) if query else None


def _term(word: str) -> str:
    """*word* as a phrase of FTS5 whose last part may go on: nothing in it is an operator."""
    parts = _WITHOUT_SPACES.sub(_SPACED, word.replace('"', " ")).split()
    if not any(character.isalnum() for character in word):
        return ""
    return '"' + " ".join(parts) + '"*'
