"""The second wall around personal rows: policies of the database by range of division code.

The first wall is the scope in every query (`scope.in_scope`). Behind it stand policies on the tables themselves: the
app role sees a row only if its division code lies between two settings that live as long as one transaction.
Unset, which is how every transaction begins, they admit nothing. An actor of several areas gets the range around
all of them: the exact areas stay in the query.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.event import listen
from sqlalchemy.ext.asyncio import AsyncSession

from shared.chassis.scope import NATION

FROM, TO = "lika.scope_from", "lika.scope_to"
_SET = text(f"select set_config('{FROM}', :first, true), set_config('{TO}', :end, true)")
_RANGE = "row_security_range"
_WIDENED = "row_security_widened"


class Range(NamedTuple):
    """Division codes from `first` on and before `end`."""

    first: str
    end: str


NOTHING = Range("", "")
EVERYTHING = Range("", ":")
"""`:` sorts behind every digit."""


def hull(areas: Iterable[str]) -> Range:
    """The smallest range that holds all of these areas."""
    known = list(areas)
    if not known:
        return NOTHING
    if NATION in known:
        return EVERYTHING
    return Range(min(known), max(area + ":" for area in known))


def seen_by(session: AsyncSession, areas: Iterable[str]) -> None:
    """Let every database transaction begun here from now on see the rows of these areas."""
    if _RANGE not in session.info:
        listen(session.sync_session, "after_begin", _on_begin)
    session.info[_RANGE] = hull(areas)


def _on_begin(session: Any, _transaction: Any, connection: Any) -> None:
    span: Range = session.info[_RANGE]
    connection.execute(_SET, {"first": span.first, "end": span.end})


async def see_from_now(session: AsyncSession, areas: Iterable[str]) -> None:
    """Let the database transaction under way see the rows of these areas, and those begun here later."""
    seen_by(session, areas)
    span: Range = session.info[_RANGE]
    await session.execute(_SET, {"first": span.first, "end": span.end})


@asynccontextmanager
async def widened(session: AsyncSession) -> AsyncIterator[None]:
    """For what must be looked up in the whole country, whoever asks, such as whether a person is on a file already.

    Inside, only the query keeps anything back: say there what may become known. A failure inside ends the
    transaction and with it the widening. Within a widening another one changes nothing.
    """
    if session.info.get(_WIDENED):
        yield
        return
    before: Range = session.info.get(_RANGE, NOTHING)
    session.info[_WIDENED] = True
    try:
        await session.execute(_SET, {"first": EVERYTHING.first, "end": EVERYTHING.end})
        yield
        await session.execute(_SET, {"first": before.first, "end": before.end})
    finally:
        session.info[_WIDENED] = False


def in_range(column: str, *, as_filter: bool = False) -> str:
    """SQL: the division code in `column` lies in the range of this transaction. For policies and views like them.

    The settings are read once per statement, not once per row, and are no constants to the planner: a plan kept for
    one actor is as good for the next. With `as_filter` no index is entered by the range, only rows found are held to
    it; the planner, which cannot know how wide the range is, would else prefer it to an index on what is searched.
    """
    first, end = f"(select current_setting('{FROM}', true))", f"(select current_setting('{TO}', true))"
    if as_filter:
        return f"case when {column} >= {first} then {column} < {end} else false end"
    return f"{column} >= {first} and {column} < {end}"
