"""How many complaints there were, how they went: for offices of the area, and once more coarsely for everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain.complaints import shown_figure
from services.gateway.storage import complaints as storage
from shared.chassis import clock
from shared.chassis.identity import Actor
from shared.chassis.scope import NATION, require_in_scope
from shared.schemas.gateway_complaints import ComplaintFigures, ComplaintStatistics, PublicComplaintFigures

BELOW = {0: 2, 2: 4, 4: 6, 6: 9, 9: 12, 12: 12}
"""By the length of a division's code that of the codes right below; the country's counts as none."""
NAMES = tuple(name for name in ComplaintFigures.model_fields if name != "division_code")


async def statistics(session: AsyncSession, actor: Actor, area: str, year: int) -> ComplaintStatistics:
    """Figures of an area of the actor's scope, whole and by the division right below."""
    require_in_scope(actor, area)
    today = clock.office_today()
    whole = await storage.figures(session, area, year, today, 0)
    length = BELOW[0 if area == NATION else len(area)]
    parts = await storage.figures(session, area, year, today, length)
    return ComplaintStatistics(
        division_code=area,
        year=year,
        total=_shaped(area, whole[0]._mapping if whole else {}),
        items=[_shaped(row.place, row._mapping) for row in parts],
        unassigned=int(whole[0].unassigned) if whole else 0,
    )


async def public(session: AsyncSession, area: str, year: int) -> PublicComplaintFigures:
    found: Sequence[Any] = await storage.figures(session, area, year, clock.office_today(), 0)
    total = _shaped(area, found[0]._mapping if found else {})
    names = ("received", "replied", "in_time", "rated", "satisfied")
    return PublicComplaintFigures(
        division_code=area, year=year, **{name: shown_figure(getattr(total, name)) for name in names}
    )


def _shaped(area: str, row: Mapping[Any, Any]) -> ComplaintFigures:
    return ComplaintFigures(division_code=area, **{name: int(row.get(name, 0)) for name in NAMES})
