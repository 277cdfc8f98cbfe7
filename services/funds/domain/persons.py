"""Maker, checker and releaser are three different humans, whatever accounts they use."""

from __future__ import annotations

from services.funds.domain.refusals.spending import SamePerson


def require_other_person(person: str, *earlier: str | None) -> None:
    """Refuse a human who did one of the earlier steps. Raises SamePerson."""
    if person in earlier:
        raise SamePerson()
