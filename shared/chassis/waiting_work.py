"""What a person has begun and nobody has finished: each service tells the gateway, when that person leaves."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path
from sqlalchemy import ColumnElement, String, cast, func, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import Actor, CurrentActor, needs_service
from shared.chassis.scope import in_scope
from shared.schemas.waiting_work import WaitingItem, WaitingWork

Column = ColumnElement[Any] | InstrumentedAttribute[Any]
LISTED = 200
"""How many are listed; the rest is counted."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of work: where its id, who began it, its state and its area stand, and the states in which it waits."""

    noun: str
    id: Column
    person: Column
    state: Column
    division: Column
    open_states: Collection[str]

    def of(self, person: str, actor: Actor) -> Any:
        """SQL: this person's open pieces inside the actor's area."""
        return select(
            literal(self.noun).label("noun"),
            cast(self.id, String).label("id"),
            cast(self.state, String).label("state"),
            cast(self.division, String).label("division_code"),
        ).where(self.person == person, self.state.in_(self.open_states), in_scope(self.division, actor))


def waiting_router(service: str, kinds: Sequence[Waiting]) -> APIRouter:
    """`GET /internal/waiting-work/{person}`: what this person began here and what still waits."""
    router = new_router("/internal/waiting-work", "internal")

    @router.get("/{person}", operation_id=f"internal_{service}_waiting_work", **needs_service("gateway"))
    async def waiting_work(
        person: Annotated[str, Path(pattern="^[a-z0-9-]{1,64}$")], session: Session, actor: CurrentActor
    ) -> WaitingWork:
        found = union_all(*(kind.of(person, actor) for kind in kinds)).subquery()
        total = await session.scalar(select(func.count()).select_from(found))
        rows = await session.execute(select(found).order_by(found.c.noun, found.c.id).limit(LISTED))
        return WaitingWork(items=[WaitingItem.model_validate(row) for row in rows], total=total or 0)

    return router
