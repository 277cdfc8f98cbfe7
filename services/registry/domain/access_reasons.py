"""What counts as a reason for seeing protected values: a checker must later be able to understand it."""

from __future__ import annotations

from services.registry.domain.refusals import AccessReasonEmpty, AccessReasonNeeded
from shared.refusals import Refusal

MIN_LETTERS = 4
MIN_DIFFERENT = 3


def fault_of(reason: str) -> type[Refusal] | None:
    """Why this is no reason; None if it is one.

    Digits, punctuation and blanks do not count: `1111` or `。。。。` name no purpose, and neither does one
    character over and over.
    """
    if not reason.strip():
        return AccessReasonNeeded
    letters = [character for character in reason.casefold() if character.isalpha()]
    if len(letters) < MIN_LETTERS or len(set(letters)) < MIN_DIFFERENT:
        return AccessReasonEmpty
    return None
