"""Division scope: who sees which area. Checked on values here and pushed into every query."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlalchemy.orm import InstrumentedAttribute

from shared.chassis.identity import Actor
from shared.refusals import NotFound

NATION = "00"


def covers(areas: Iterable[str], division_code: str) -> bool:
    """Whether one of `areas` is `division_code` or lies above it."""
    return any(area == NATION or division_code.startswith(area) for area in areas)


def require_in_scope(actor: Actor, division_code: str) -> None:
    """Refuse as absent what lies outside the actor's scope."""
    if not covers(actor.scope, division_code):
        raise NotFound()


def within(column: InstrumentedAttribute[Any] | ColumnElement[Any], area: str) -> ColumnElement[bool]:
    """SQL: the division code lies in `area`. A range, so that a btree index serves it; LIKE would not."""
    if area == NATION:
        return true()
    return and_(column >= area, column < area + ":")


def in_scope(column: InstrumentedAttribute[Any] | ColumnElement[Any], actor: Actor) -> ColumnElement[bool]:
    """SQL: the division code lies in the actor's scope; nothing does when the scope is empty."""
    return or_(false(), *(within(column, area) for area in actor.scope))
