"""Rules of the division tree."""

from __future__ import annotations

LEVELS = {2: "province", 4: "city", 6: "county", 9: "township", 12: "village"}
"""Level by length of the code (GB/T 2260, GB/T 10114 and the statistical division codes)."""


def level_of(code: str) -> str | None:
    """The level a code's length stands for; None for a length no code has."""
    return LEVELS.get(len(code))


def parent_of(code: str) -> str:
    """The code one level up; empty for a province."""
    lengths = [0, *LEVELS]
    return code[: lengths[lengths.index(len(code)) - 1]]
