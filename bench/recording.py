"""The statements a service sends for one request, as the driver gets them: what a bare loop has to send as well.

The service is built in this process, without its background work, and asked once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import asyncpg
import httpx2 as httpx
from sqlalchemy import event

from bench.ground import Register
from services.registry.main import create


@dataclass(frozen=True, slots=True)
class Step:
    """A statement with its parameters in the driver's order."""

    statement: str
    parameters: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """The statements of one request, and the settings of the connection they went over (such as how plans are kept)."""

    steps: tuple[Step, ...]
    settings: dict[str, str] = field(default_factory=dict)

    def about(self, old: str | bytes, new: str | bytes) -> tuple[Step, ...]:
        """The same statements for another subject: an id, a division code, a part of a name, a blind index."""
        return tuple(
            Step(step.statement, tuple(_about(value, old, new) for value in step.parameters)) for step in self.steps
        )


def _about(value: Any, old: str | bytes, new: str | bytes) -> Any:
    if isinstance(value, UUID) and isinstance(new, str) and str(value) == old:
        return UUID(new)
    if isinstance(value, str) and isinstance(old, str) and isinstance(new, str):
        return value.replace(old, new)
    if isinstance(value, bytes):
        return new if value == old else value
    if isinstance(value, list | tuple):
        return list(new) if list(value) == list(old) else [_about(one, old, new) for one in value]
    return value


async def record(register: Register, area: str, method: str, path: str, body: Any = None) -> Recorded:
    """Ask as an officer of `area`; RuntimeError if the service refuses or nothing was seen of what it asks."""
    steps: list[Step] = []
    settings: dict[str, str] = {}
    with _tapped_pools(steps, settings):
        app = create(register.settings())
        event.listen(app.state.database.engine.sync_engine, "before_cursor_execute", _noted_in(steps))
        await app.state.hot_reads.open()
        try:
            transport = httpx.ASGITransport(app=app)
            headers = {"authorization": f"Bearer {register.token(area)}"}
            async with httpx.AsyncClient(transport=transport, base_url="http://registry", headers=headers) as client:
                await client.request(method, path, json=body)  # the driver asks for types the first time
                steps.clear()
                answer = await client.request(method, path, json=body)
        finally:
            await app.state.hot_reads.close()
            await app.state.database.close()
    if answer.status_code >= 300 or not steps:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.text}, {len(steps)} statements")
    return Recorded(tuple(steps), settings)


def _noted_in(steps: list[Step]) -> Callable[..., None]:
    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        steps.append(Step(statement, tuple(parameters)))

    return note


@contextmanager
def _tapped_pools(steps: list[Step], settings: dict[str, str]) -> Iterator[None]:
    """Let every pool the driver makes meanwhile say what is asked over it, and with which settings."""
    make: Any = asyncpg.create_pool

    def tapped(*arguments: Any, **named: Any) -> Any:
        def asked(query: Any) -> None:
            steps.append(Step(query.query, tuple(query.args)))
            settings.update(named.get("server_settings", {}))

        async def tap(connection: Any) -> None:
            connection.add_query_logger(asked)

        return make(*arguments, **named, init=tap)

    asyncpg.create_pool = tapped
    try:
        yield
    finally:
        asyncpg.create_pool = make


_TRAIL = re.compile(r",\s*trail as \(\s*insert into .*?\n\)", re.DOTALL)
_NUMBERED = re.compile(r"\$(\d+)")


def reading_only(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The same statements without the row of the read trail: what is read, and nothing that waits for a disk."""
    return tuple(_without_trail(step) for step in steps if not step.statement.lstrip().lower().startswith("insert"))


def _without_trail(step: Step) -> Step:
    statement = _TRAIL.sub("", step.statement)
    used = sorted({int(number) for number in _NUMBERED.findall(statement)})
    renumbered = _NUMBERED.sub(lambda found: f"${used.index(int(found[1])) + 1}", statement)
    return Step(renumbered, tuple(step.parameters[number - 1] for number in used))
