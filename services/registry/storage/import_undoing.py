"""SQL that takes the files of an import off the register again. Nothing is deleted: versions and events are added."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.storage.tables import Household, HouseholdImport
from shared.chassis.identity import Actor

VERY_LONG_MS = 1_800_000
_BUILT_UPON = text("""
select count(*) from households h where h.import_id = :import_id and not (
    h.status = 'draft' and h.version = 1
    and not exists (select from identification_households l where l.household_id = h.id)
    and not exists (select from household_slices s where s.household_id = h.id)
)
""")
_OPENED = text("""
select v.true_from, array_agg(distinct h.village_code) from households h
join household_versions v on v.household_id = h.id and v.version = 1
where h.import_id = :import_id group by 1 order by 1
""")
_LOCK = text("select id from households where import_id = :import_id order by id for update")
_PEOPLE = text("""
update household_members m set active = false, departure = 'error', departed_on = :today
from households h where h.id = m.household_id and h.import_id = :import_id and m.active
""")
_VERSIONS = text("""
insert into household_versions
    (household_id, version, status, village_code, recorded_at, recorded_on, true_from, content)
select v.household_id, 2, 'removed', v.village_code, :now, :today, v.true_from, jsonb_set(v.content, '{members}', (
    select jsonb_agg(one.person || cast(:left as jsonb) order by one.place)
    from jsonb_array_elements(v.content -> 'members') with ordinality as one (person, place)
))
from households h join household_versions v on v.household_id = h.id and v.version = 1
where h.import_id = :import_id
""")
_EVENTS = text("""
insert into household_events (household_id, version, kind, at, "on", by, person, office, office_name, reason, facts)
select h.id, 2, 'import_undone', :now, :today, :account, :person, :office, :office_name, '',
    jsonb_build_object('import_id', cast(:import_text as text), 'changed', jsonb_build_array('/members'))
from households h where h.import_id = :import_id
""")
_FILES = text("""
update households set status = 'removed', version = 2, closed_on = :today
where import_id = :import_id
""")


async def next_undoing(session: AsyncSession, passed_over: Collection[UUID]) -> tuple[UUID, dict[str, Any]] | None:
    """The oldest import that waits to be undone and is not passed over, and on whose rights."""
    waiting = select(HouseholdImport.id, HouseholdImport.undo_actor).where(
        HouseholdImport.state == "undoing", HouseholdImport.id.not_in(passed_over)
    )
    row = (await session.execute(waiting.order_by(HouseholdImport.id).limit(1))).one_or_none()
    return None if row is None else (row[0], row[1] or {})


async def hold(session: AsyncSession, import_id: UUID) -> HouseholdImport | None:
    """The import, locked until this transaction ends; None while another worker has it, or when it is done."""
    waiting = select(HouseholdImport).where(HouseholdImport.id == import_id, HouseholdImport.state == "undoing")
    row: HouseholdImport | None = await session.scalar(waiting.with_for_update(skip_locked=True))
    return row


async def allow_very_long(session: AsyncSession) -> None:
    """A million people take minutes; nobody waits for the answer."""
    await session.execute(text(f"set local statement_timeout = {VERY_LONG_MS}"))


async def lock_files(session: AsyncSession, import_id: UUID) -> None:
    """Lock every file of an import, so that nobody builds upon one meanwhile."""
    await session.execute(_LOCK, {"import_id": import_id})


async def villages_of(session: AsyncSession, import_id: UUID) -> list[str]:
    """The villages the files of an import stand in."""
    query = select(Household.village_code).where(Household.import_id == import_id).distinct()
    return list(await session.scalars(query))


async def built_upon(session: AsyncSession, import_id: UUID) -> int:
    """How many files of an import are no longer as it brought them in, or were frozen with a year."""
    found: int = (await session.execute(_BUILT_UPON, {"import_id": import_id})).scalar_one()
    return found


async def opened(session: AsyncSession, import_id: UUID) -> list[tuple[date, list[str]]]:
    """The days the files of an import are true from, each with their villages."""
    return [(day, villages) for day, villages in await session.execute(_OPENED, {"import_id": import_id})]


async def take_off(session: AsyncSession, actor: Actor, import_id: UUID, now: datetime, today: date) -> int:
    """Remove every file of an import as entered in error; its people are free to be on another. How many files."""
    left = f'{{"active": false, "departure": "error", "departed_on": "{today.isoformat()}"}}'
    who = {"account": actor.account, "person": actor.person, "office": actor.office, "office_name": actor.office_name}
    same = {"import_id": import_id, "today": today}
    await session.execute(_PEOPLE, same)
    await session.execute(_VERSIONS, same | {"now": now, "left": left})
    await session.execute(_EVENTS, same | {"now": now, "import_text": str(import_id)} | who)
    found = await session.execute(_FILES, same)
    return int(found.rowcount)  # type: ignore[attr-defined]
