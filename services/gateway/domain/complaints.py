"""Complaints: tracking codes, states, what may follow what, figures nobody can be found by."""

from __future__ import annotations

import hashlib
import secrets

RECEIVED, ACCEPTED, WAITING, DRAFTED, REPLIED, CLOSED = (
    "received", "accepted", "waiting", "drafted", "replied", "closed",
)  # fmt: skip
OPEN = frozenset({RECEIVED, ACCEPTED, WAITING, DRAFTED})

STEPS: dict[str, tuple[frozenset[str], str]] = {
    "accepted": (frozenset({RECEIVED}), ACCEPTED),
    "transferred": (frozenset({RECEIVED, ACCEPTED, WAITING}), RECEIVED),
    "more_asked": (frozenset({ACCEPTED}), WAITING),
    "drafted": (frozenset({ACCEPTED, WAITING}), DRAFTED),
    "draft_refused": (frozenset({DRAFTED}), ACCEPTED),
    "replied": (frozenset({DRAFTED}), REPLIED),
    "closed": (frozenset({REPLIED}), CLOSED),
    "reopened": (frozenset({REPLIED, CLOSED}), RECEIVED),
    "escalated": (OPEN, RECEIVED),
}
"""By step: the states it may be taken in, and the state after it."""
SHOWN = frozenset({"received", "accepted", "transferred", "more_asked", "replied", "closed", "reopened", "escalated"})
"""Steps the complainant sees."""
SPOKEN = frozenset({"more_asked", "replied"})
"""Steps whose words the complainant reads."""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is taken for a digit."""
CODE_LENGTH = 20
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
FEWEST = 5
"""A public figure below this is not shown: a handful of people could be told apart."""


def may(step: str, state: str) -> bool:
    return state in STEPS[step][0]


def new_code() -> str:
    """A tracking code: 100 random bits, in groups that can be read out on the telephone."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return "-".join(code[start : start + 5] for start in range(0, CODE_LENGTH, 5))


def code_digest(code: str) -> str | None:
    """What is kept of a tracking code; None for what cannot be one. Small letters, O for 0, I for 1 are read kindly."""
    plain = code.upper().translate(_READ_AS)
    if len(plain) != CODE_LENGTH or any(letter not in ALPHABET for letter in plain):
        return None
    return hashlib.sha256(f"lika tracking code {plain}".encode()).hexdigest()


def submission_digest(token: str) -> str:
    return hashlib.sha256(f"lika submission {token}".encode()).hexdigest()


def shown_figure(count: int) -> int | None:
    """A count as the public sees it: nothing instead of one to four."""
    return None if 0 < count < FEWEST else count
