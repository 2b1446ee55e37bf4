"""A person's verdict: accept, reject, reopen, ask, correct, attach, join, withdraw, settle what may be posted.

It enters at *decide* and ends in the same *record* and *reply*. Before every verdict the statement is judged again
(`standing.py`), with what officers have corrected so far, so that the findings are always those of the statement as it
now stands.
"""

from statement_intake.review.adding import attach, join
from statement_intake.review.deciding import foresee, give_verdict
from statement_intake.review.settling import settle_publishing, withdraw
from statement_intake.review.standing import find, judged_today, mended
from statement_intake.review.verdict import Correction, NoSuchPartyError, Prospect, Reviewed, ReviewError

__all__ = [
    "Correction",
    "NoSuchPartyError",
    "Prospect",
    "ReviewError",
    "Reviewed",
    "attach",
    "find",
    "foresee",
    "give_verdict",
    "join",
    "judged_today",
    "mended",
    "settle_publishing",
    "withdraw",
]
