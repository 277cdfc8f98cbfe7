"""Which statements one request sends to the database: what a foreign object costs, a random one costs as well."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from shared.chassis import hot_reads

_heard: ContextVar[list[str] | None] = ContextVar("heard", default=None)


@contextmanager
def heard() -> Iterator[list[str]]:
    """The statements sent inside the block by this task; background jobs of the service are not heard."""
    statements: list[str] = []
    token = _heard.set(statements)
    try:
        yield statements
    finally:
        _heard.reset(token)


def listen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin to hear, until the test ends."""
    plain = hot_reads._fetch

    async def fetch(pool: Any, statement: str, *rest: Any) -> Any:
        _hear(None, None, statement)
        return await plain(pool, statement, *rest)

    monkeypatch.setattr(hot_reads, "_fetch", fetch)
    if not event.contains(Engine, "before_cursor_execute", _hear):
        event.listen(Engine, "before_cursor_execute", _hear)


def _hear(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
    statements = _heard.get()
    if statements is not None:
        statements.append(statement)
