"""The subject line's grammar: from the text to meeting, party and items, or to what is not certain about them."""

from statement_intake.domain.subject.hints import Hints
from statement_intake.domain.subject.leftover import compile_largest
from statement_intake.domain.subject.reading import SubjectReading, read_subject

__all__ = ["Hints", "SubjectReading", "compile_largest", "read_subject"]
