"""Answers as they are compared: everything that leaves, but for the trace id."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx2 as httpx

from tests.support import server

_TRACE = re.compile(r'("trace_id": ?")[0-9a-f]{32}"')
UUID = re.compile(r"\b[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}\b")
NOT_COMPARED = frozenset({"idempotency_keys", "trail_seals", "trail_checkpoints"})
"""A refusal is an answer and stays under its key; seals are set in the background over what was there before."""
_TABLES = "select tablename from pg_tables where schemaname = 'public' order by 1"


@dataclass(frozen=True)
class Seen:
    """One answer."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    statements: tuple[str, ...] = ()

    @property
    def shown(self) -> tuple[int, tuple[tuple[str, str], ...], str]:
        return self.status, self.headers, self.body


def seen(answer: httpx.Response, statements: list[str]) -> Seen:
    headers = tuple(sorted((name, value) for name, value in answer.headers.items() if name != "x-trace-id"))
    body = answer.content.decode("utf-8", "replace")
    return Seen(answer.status_code, headers, _TRACE.sub(r'\1"', body), tuple(statements))


async def state(admin: Any) -> list[Any]:
    """Number of rows and a hash over them, of every table of the database."""
    tables = [row[0] for row in await admin.fetch(_TABLES)]
    query = " union all ".join(
        f"select '{name}', count(*), sum(hashtextextended(t::text, 0)) from {name} t"
        for name in tables
        if name not in NOT_COMPARED
    )
    return [tuple(row) for row in await admin.fetch(query)]


async def contents(admin: Any) -> dict[str, list[str]]:
    """All rows of every table as text."""
    return {
        row[0]: [str(line[0]) for line in await admin.fetch(f"select t::text from {row[0]} t")]
        for row in await admin.fetch(_TABLES)
    }


async def administrator(database: str) -> Any:
    """A connection of the server's administrator: no row-level security hides anything from it."""
    url = os.environ[server.ADMIN_DSN].rsplit("/", 1)[0] + "/" + database
    connect: Any = asyncpg.connect
    return await connect(url)
