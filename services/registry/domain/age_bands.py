"""The ages people are counted by: before school, compulsory schooling and after, working age, old, very old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.registry.domain.filters import born_between


@dataclass(frozen=True, slots=True)
class Band:
    """Full years of age from the band before up to, not including, `below`; the last has no end."""

    code: str
    label: str
    below: int | None


BANDS = (
    Band("0-5", "0至5岁", 6),
    Band("6-15", "6至15岁", 16),
    Band("16-59", "16至59岁", 60),
    Band("60-79", "60至79岁", 80),
    Band("80", "80岁及以上", None),
)


def born_after(today: date) -> list[date]:
    """For each band the day everybody of it, or of one below, was born after."""
    days = []
    for band in BANDS:
        _, last = born_between(band.below, None, today)
        days.append(last or date.min)
    return days
