"""What the register tells of a household's past: which households it came from, and where it has lived."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from services.funds.domain.divisions import lies_in
from services.funds.domain.programmes import FactValue


def kin_of(facts: Mapping[str, FactValue], since: date) -> list[str]:
    """The households this one split off from or took in since the day, and those these came from in turn."""
    told = facts.get("kin")
    return [one for one, on in told.items() if on >= since.isoformat()] if isinstance(told, dict) else []


def lived_in(division_code: str, facts: Mapping[str, FactValue], area: str) -> bool:
    """Whether a village lies in the area, or followed one that did: the money of a place is its people's whatever its
    code is by now."""
    return any(lies_in(one, area) for one in (division_code, *formerly(facts)))


def formerly(facts: Mapping[str, FactValue]) -> list[str]:
    """The divisions a household's village followed."""
    told = facts.get("formerly")
    return told if isinstance(told, list) else []
