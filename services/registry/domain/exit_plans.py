"""Rules of exit plans: how many people an area plans to bring out of poverty, by year."""

from __future__ import annotations

from collections.abc import Sequence

from services.registry.domain import refusals


def require_plan(years: Sequence[tuple[int, int]], people_on_register: int) -> None:
    """Refuse a year named twice, and a sum above the people on the register of the area."""
    seen: set[int] = set()
    for index, (year, _) in enumerate(years):
        if year in seen:
            raise refusals.PlanYearTwice(pointer=f"/years/{index}/year")
        seen.add(year)
    planned = sum(people for _, people in years)
    if planned > people_on_register:
        raise refusals.PlanAboveRegister(planned=planned, people_on_register=people_on_register)
