"""What makes a password good enough (NIST SP 800-63B 5.1.1.2: length and no common ones, no composition rules)."""

from __future__ import annotations

import unicodedata
from collections.abc import Set

from services.gateway.domain.refusals.passwords import PasswordCommon, PasswordTooShort, PasswordUnfit

MAX_LENGTH = 128
DECORATION = 6
"""A common password with at most this many characters around it is still common."""
SEQUENCES = ("abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm")


def normalised(password: str) -> str:
    """The same password typed on any keyboard (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def require_good(password: str, username: str, common: Set[str], min_length: int, pointer: str = "/password") -> None:
    """Refuse a password that is short, common, a pattern, or made of the user name. `common` is in lower case."""
    value = normalised(password)
    if len(value) > MAX_LENGTH or any(unicodedata.category(character)[0] == "C" for character in value):
        raise PasswordUnfit(pointer=pointer, most=MAX_LENGTH)
    if len(value) < min_length:
        raise PasswordTooShort(pointer=pointer, least=min_length)
    lowered = value.lower()
    if lowered in common or _decorated(lowered, common) or _patterned(lowered) or _from_name(lowered, username):
        raise PasswordCommon(pointer=pointer)


def _decorated(value: str, common: Set[str]) -> bool:
    """Whether taking a few characters off the ends leaves a common password."""
    for before in range(DECORATION + 1):
        for after in range(DECORATION + 1 - before):
            core = value[before : len(value) - after]
            if core in common and len(core) >= 6:
                return True
    return False


def _patterned(value: str) -> bool:
    """Whether it repeats a short unit, uses very few characters, or walks along the keyboard."""
    if len(set(value)) < 5:
        return True
    for unit in range(1, 7):
        if value == (value[:unit] * len(value))[: len(value)]:
            return True
    return any(value in sequence or value in sequence[::-1] for sequence in SEQUENCES)


def _from_name(value: str, username: str) -> bool:
    return len(username) >= 4 and username.lower() in value and len(value) - len(username) <= DECORATION
