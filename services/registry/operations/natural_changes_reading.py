"""Reading natural change: one event, lists of them."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.domain import natural_changes as rules
from services.registry.domain.natural_changes import Filters
from services.registry.operations import natural_changes_views as views
from services.registry.operations.trail import Trail
from services.registry.storage import natural_changes as storage
from shared.chassis import paging
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import registry_changes as wire
from shared.schemas.wire import Page


async def get(session: AsyncSession, trail: Trail, change_id: UUID) -> wire.NaturalChange:
    """One event; of a household that asks to move, what the receiving side may see of it."""
    found = await storage.visible(session, trail.actor, change_id)
    if found is None:
        raise NotFound()
    change, decision = found
    preview, seen = None, [change.household_id, *change.member_ids]
    if change.kind == rules.VILLAGE_MOVE and decision is None:
        preview = views.preview(*await storage.household_and_people(session, change.household_id))
    answer = views.whole(change, decision, preview)
    await trail.note(session, "natural_change.get", seen)
    return answer


async def list_changes(
    session: AsyncSession, actor: Actor, filters: Filters, cursor: str | None, limit: int
) -> Page[wire.NaturalChangeLine]:
    """Events of the actor's scope on either side, the last recorded first."""
    rows = await storage.list_changes(session, actor, filters, paging.decode_id(cursor), limit + 1)
    items = [views.line(change, decision) for change, decision in rows[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].id) if len(rows) > limit else None)
