"""Reads asked all day long: one statement, one round trip, one transaction that is on disk before the bytes leave.

A prepared statement carries the whole of it: the range of row-level security, the rows, and the row of the read
trail. The statement is its own transaction, and the driver gives rows out only when its commit is acknowledged.
Connections are never changed outside a transaction, so that giving one back costs nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson
from asyncpg.exceptions import InterfaceError, PostgresError
from pydantic import BaseModel
from sqlalchemy.engine import make_url
from starlette.responses import Response

from shared.chassis import audit, clock, log, trace
from shared.chassis.identity import Actor
from shared.chassis.row_security import FROM, TO, hull
from shared.refusals import Unavailable

FIRST = 11
"""The number of a statement's first own parameter, `$11`; those before are filled in here."""
SPAN_SET = "span.end is not null"
ACQUIRE_S = 2.0


@dataclass(frozen=True, slots=True)
class Noted:
    """How a read stands on the trail. `more` never holds personal data."""

    actor: Actor
    action: str
    fields: str = "masked"
    more: dict[str, Any] = field(default_factory=dict)


def noted(select: str, subjects: str, only_if: str = "true") -> str:
    """The statement that runs `select`, which gives one row or none, notes `subjects` on the read trail and gives
    the row back.

    `select` asks somewhere that SPAN_SET: that its rows depend on `span` makes the database set the range before
    it reads the first of them; were it not so, the policies would admit none. `subjects` says the ids as a JSON
    array, by an aggregate or a sub-select over the row, `page`; a read for which `only_if` is false is not noted.
    """
    return f"""
with span as materialized (
    select set_config('{FROM}', $1, true) as first, set_config('{TO}', $2, true) as end
), page as materialized (
    select found.* from span cross join lateral ({select}) as found
), trail as (
    insert into read_trail (at, actor, office, action, fields, purpose, trace_id, subjects)
    select $3, $4, $5, $6, $7, $8, $9, jsonb_build_object('ids', {subjects}) || $10::text::jsonb
    from page having {only_if}
)
select * from page"""  # noqa: S608 - the parts are texts of storage files, never of a request


class HotReads:
    """A few connections of the app role for reads of this kind.

    `search` has statements planned anew for the values of each: how common a name is decides the way to it. Other
    statements keep their plan.
    """

    def __init__(self, dsn: str, size: int, server_settings: dict[str, str]) -> None:
        self._dsn = make_url(dsn).set(drivername="postgresql").render_as_string(hide_password=False)
        self._size = size
        self._server_settings = server_settings
        self._kept: Any = None
        self._planned: Any = None

    async def open(self) -> None:
        self._kept = await self._pool({"plan_cache_mode": "force_generic_plan"})
        self._planned = await self._pool({"plan_cache_mode": "force_custom_plan"})

    async def _pool(self, more: dict[str, str]) -> Any:
        settings = self._server_settings | more
        create: Any = asyncpg.create_pool
        return await create(
            self._dsn, min_size=0, max_size=self._size, server_settings=settings, reset=_nothing_to_reset
        )

    async def close(self) -> None:
        for pool in (self._kept, self._planned):
            if pool is not None:
                await pool.close()

    async def rows(self, statement: str, read: Noted, *parameters: Any) -> Sequence[asyncpg.Record]:
        """The rows of a statement made by `noted`. Unavailable if they could not be read or the read not noted."""
        return await _fetch(self._kept, statement, read, parameters)

    async def search(self, statement: str, read: Noted, *parameters: Any) -> Sequence[asyncpg.Record]:
        """As rows, planned for these parameters."""
        return await _fetch(self._planned, statement, read, parameters)


async def _fetch(pool: Any, statement: str, read: Noted, parameters: Sequence[Any]) -> Sequence[asyncpg.Record]:
    actor, span = read.actor, hull(read.actor.scope)
    more = orjson.dumps(audit.facts_of(actor) | read.more).decode()
    try:
        async with pool.acquire(timeout=ACQUIRE_S) as connection:
            rows: Sequence[asyncpg.Record] = await connection.fetch(
                statement, span.first, span.end, clock.now(), actor.account, actor.office, read.action, read.fields,
                actor.purpose, trace.trace_id(), more, *parameters,
            )  # fmt: skip
            audit.mark_noted()
            return rows
    except (OSError, TimeoutError, InterfaceError) as error:
        raise Unavailable() from error
    except PostgresError as error:
        # What is no outage is a fault of ours; either way nothing may leave.
        log.logger().error("read_failed", kind=type(error).__name__)
        raise Unavailable() from error


async def _nothing_to_reset(_connection: Any) -> None:
    return None


def json_answer(content: Any, **headers: str) -> Response:
    """An answer whose bytes are made at once. The route names the model they follow; a test holds them to it."""
    body = content.model_dump_json() if isinstance(content, BaseModel) else orjson.dumps(content)
    return Response(body, media_type="application/json", headers=headers)


def own_statement(declared: dict[str, Any]) -> dict[str, Any]:
    """Route arguments of an operation that reads by HotReads alone: no session is made for it."""
    return declared | {"openapi_extra": declared["openapi_extra"] | {"x-own-statement": True}}
