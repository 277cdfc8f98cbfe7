"""What offices do with divisions: load them, look them up, add natural villages."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import divisions as rules
from services.registry.domain.refusals import (
    DayInFuture,
    DivisionClosed,
    DivisionCodeMalformed,
    DivisionDays,
    DivisionParentWrong,
    NaturalVillageExists,
    NaturalVillagesFull,
)
from services.registry.storage import division_changes, division_kinds
from services.registry.storage import divisions as storage
from services.registry.storage.tables import Division as Row
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.scope import NATION, require_in_scope
from shared.refusals import NotFound
from shared.schemas import registry_divisions as wire
from shared.schemas.registry import Division
from shared.schemas.wire import Page

_KEYS: dict[str, tuple[type, ...]] = {"code": (str,), "pinyin": (str, str)}


async def load(session: AsyncSession, actor: Actor, request: wire.DivisionLoad) -> wire.DivisionLoaded:
    """Add divisions; each needs its parent, loaded before or in the same request. What exists stays."""
    codes = {row.code for row in request.divisions}
    parents = {rules.parent_of(code) for code in codes if rules.level_of(code)} - {""}
    held = await storage.hold_parents(session, parents)
    rows = []
    for index, row in enumerate(request.divisions):
        if row.code == NATION or rules.level_of(row.code) is None:
            raise DivisionCodeMalformed(pointer=f"/divisions/{index}/code")
        require_in_scope(actor, row.code)
        parent = rules.parent_of(row.code)
        if parent and parent not in codes and parent not in held:
            raise DivisionParentWrong(pointer=f"/divisions/{index}/code", parent=parent)
        if held.get(parent) is False:
            raise DivisionClosed(pointer=f"/divisions/{index}/code")
        rows.append(storage.new_row(row.code, row.name, request.valid_from, request.source))
    inserted = await storage.put(session, rows)
    audit.record(session, actor, "division.load", request.divisions[0].code, sent=len(rows), inserted=inserted)
    return wire.DivisionLoaded(sent=len(rows), inserted=inserted)


async def open_natural_village(
    session: AsyncSession, actor: Actor, village_code: str, request: wire.NewNaturalVillage
) -> Division:
    """Add a natural village to an open village of one's area, under the next free number."""
    require_in_scope(actor, village_code)
    village = (await storage.lock(session, [village_code])).get(village_code)
    if village is None:
        raise NotFound()
    if village.valid_to is not None:
        raise DivisionClosed(pointer="")
    if request.valid_from > clock.office_today():
        raise DayInFuture(pointer="/valid_from")
    if request.valid_from < village.valid_from:
        raise DivisionDays(pointer="/valid_from")
    present = await storage.natural_villages(session, village_code)
    if any(row.name == request.name and row.valid_to is None for row in present):
        raise NaturalVillageExists()
    code = rules.next_natural_village(village_code, {row.code for row in present})
    if code is None:
        raise NaturalVillagesFull()
    await storage.put(session, [storage.new_row(code, request.name, request.valid_from, request.source)])
    audit.record(session, actor, "natural_village.open", code)
    return await get(session, code)


async def list_divisions(
    session: AsyncSession, filters: rules.Filters, cursor: str | None, limit: int
) -> Page[wire.DivisionLine]:
    """Divisions are public facts: anyone signed in sees all of them."""
    key = paging.decode(cursor, *_KEYS[filters.sort])
    after = None if key is None else tuple(str(part) for part in key)
    today = clock.office_today()
    found = await storage.list_below(session, filters, today, after, limit + 1)
    rows = found[:limit]
    kinds = await division_kinds.on_day(session, [row.code for row in rows], filters.on or today)
    items = [
        wire.DivisionLine.model_validate(row).model_copy(update={"kinds": kinds.get(row.code, [])}) for row in rows
    ]
    if filters.on is not None:
        items = await _as_named(session, filters, items)
    return Page(items=items, next_cursor=_cursor(filters, rows[-1]) if len(found) > limit else None)


def _cursor(filters: rules.Filters, last: Row) -> str:
    return paging.encode(last.name_pinyin, last.code) if filters.sort == "pinyin" else paging.encode(last.code)


async def _as_named(
    session: AsyncSession, filters: rules.Filters, items: list[wire.DivisionLine]
) -> list[wire.DivisionLine]:
    """The lines with the names of the day; the order is that of the present names."""
    day = filters.on
    assert day is not None
    former = await division_changes.former_names(session, [item.code for item in items])
    then = {row.division_code: row.name for row in former if row.valid_from <= day <= row.valid_to}
    return [item.model_copy(update={"name": then.get(item.code, item.name)}) for item in items]


async def get(session: AsyncSession, code: str) -> Division:
    """A division as it stands, for other services; closed ones too, with their last day."""
    if code == NATION:
        raise NotFound()
    row = await storage.get(session, code)
    if row is None:
        raise NotFound()
    return Division.model_validate(row)
