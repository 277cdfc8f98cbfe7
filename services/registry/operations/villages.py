"""Villages and natural villages as a request names them: those that take a household in."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import refusals
from services.registry.storage import division_changes, divisions
from shared.chassis import clock

VILLAGE_CODE_DIGITS = 12


def require_village_code(code: str, pointer: str) -> None:
    """Refuse the code of another area than a village."""
    if len(code) != VILLAGE_CODE_DIGITS:
        raise refusals.VillageCodeNeeded(pointer=pointer)


async def require_open_village(session: AsyncSession, code: str, pointer: str) -> None:
    """Refuse a village that does not exist or is closed; of a closed one say since when, and which followed it.

    An open one does not close before this transaction ends, so that no file is opened behind those that were carried
    over.
    """
    if (await divisions.hold_parents(session, {code})).get(code):
        return
    row = await divisions.get(session, code)
    if row is None or row.valid_to is None:
        raise refusals.DivisionUnknown(pointer=pointer)
    followed = {one.code for one in await division_changes.successors(session, code, clock.office_today())}
    successors = sorted(await divisions.open_now(session, followed))
    closed_since = (row.valid_to + timedelta(days=1)).isoformat()
    raise refusals.DivisionClosed(pointer=pointer, closed_since=closed_since, successors=", ".join(successors))


async def require_natural_village(session: AsyncSession, code: str | None, pointer: str = "/natural_village") -> None:
    """Refuse a natural village nobody opened, one that is closed, and one of a day to come."""
    if code is not None and not await divisions.natural_villages_open(session, {code}, clock.office_today()):
        raise refusals.NaturalVillageUnknown(pointer=pointer)
