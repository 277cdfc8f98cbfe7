"""What the public sees of notices: a list of fields named here, and nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import masking
from services.registry.operations.household_views import coded
from services.registry.storage import notices as storage
from shared.chassis import clock, paging, row_security
from shared.chassis.scope import NATION
from shared.refusals import Malformed
from shared.schemas.registry_decisions import NoticeHousehold, PublicNotice
from shared.schemas.wire import Page

HOUSEHOLDS_ON_A_PAGE = 2_000
"""A page ends when it names this many households, however many notices were asked for."""


async def list_notices(
    session: AsyncSession, area: str, running: bool, cursor: str | None, limit: int
) -> Page[PublicNotice]:
    """Running and past notices of an area, latest first. What the public sees of households is the same everywhere."""
    row_security.seen_by(session, [NATION])
    today = clock.office_today()
    after = _after(cursor)
    rows = list(await storage.list_notices(session, area, today if running else None, after, limit + 1))
    page: list[Any] = []
    named = 0
    for row in rows[:limit]:
        named += row[5]
        if page and named > HOUSEHOLDS_ON_A_PAGE:
            break
        page.append(row)
    households = await storage.households_of(session, [row[0] for row in page])
    items = [
        PublicNotice(
            id=str(notice),
            village_code=village,
            village_name=name,
            posted_on=posted_on,
            ends_on=ends_on,
            running=posted_on <= today < ends_on,
            households=[
                NoticeHousehold(
                    household_no=str(household.household_no),
                    head_name_masked=masking.name(household.head_name),
                    member_count=household.member_count,
                    attribute=coded("household_attribute", household.attribute),
                )
                for household in households[notice]
            ],
        )
        for notice, village, name, posted_on, ends_on, _ in page
    ]
    more = len(rows) > len(page)
    return Page(items=items, next_cursor=paging.encode(items[-1].posted_on.isoformat(), items[-1].id) if more else None)


def _after(cursor: str | None) -> tuple[date, UUID] | None:
    key = paging.decode(cursor, str, str)
    try:
        return None if key is None else (date.fromisoformat(str(key[0])), UUID(str(key[1])))
    except ValueError as error:
        raise Malformed(pointer="/cursor") from error
