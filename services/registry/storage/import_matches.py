"""SQL that finds the files a staged sheet speaks of."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.chassis.identity import Actor
from shared.chassis.scope import covers


class Match(NamedTuple):
    """A staged household and the file it stands for: the head's row in the sheet, and the content of both."""

    row: int
    staged_id: UUID
    household_id: UUID
    household_no: int
    before: dict[str, Any]
    after: dict[str, Any]


_QUERY = text("""
with heads as (
    select m.household_id, m.sheet_row, m.identity_index from staged_household_members m where m.relation = 'head'
), found as (
    select s.id as staged, heads.sheet_row, h.id from staged_households s
    join heads on heads.household_id = s.id
    join households h on h.national_household_no = s.national_household_no
     and h.status <> 'removed' and h.closing is distinct from 'merged'
    union
    select heads.household_id, heads.sheet_row, m.household_id from heads
    join household_members m on m.identity_index = heads.identity_index and m.active
)
select distinct on (found.staged) found.sheet_row, found.staged, h.id, h.household_no, v.content, sv.content,
    h.village_code
from found
join households h on h.id = found.id
join household_versions v on v.household_id = h.id and v.version = h.version
join staged_household_versions sv on sv.household_id = found.staged
order by found.staged, h.household_no
""")


async def of_staged(session: AsyncSession, actor: Actor) -> list[Match]:
    """Matches within the actor's scope; a file elsewhere is not spoken of."""
    rows = await session.execute(_QUERY)
    return [Match(*row[:6]) for row in rows if covers(actor.scope, row[6])]
