"""The figures of the parameters table that the rules of a household file need on one day in one village."""

from __future__ import annotations

from dataclasses import dataclass

KEYS = ("max_other_causes", "working_age_from", "working_age_to")


@dataclass(frozen=True, slots=True)
class Limits:
    max_other_causes: int
    working_age_from: int
    working_age_to: int
