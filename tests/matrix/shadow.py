"""A client that, before each request, lets strangers of every relation send the same request.

At that moment the object stands exactly as it must for the request to succeed, so that only the scope keeps the
strangers off. Then the request itself is sent, and what it answers says whether the attempt was worth anything.
"""

from __future__ import annotations

import asyncio
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2 as httpx

from shared.chassis.identity import GATEWAY, Actor
from tests.matrix import operations as declared
from tests.matrix.answers import UUID, Seen, seen, state
from tests.matrix.moved import moved_here
from tests.matrix.operations import Operation, operation_at
from tests.matrix.relations import FOREIGN, UPPER, stranger
from tests.matrix.rows import OF_OFFICES, Row
from tests.matrix.statements import heard
from tests.support.harness import Harness

NOBODYS = "59"
"""A province there is not, and none that a stranger is from."""
TRIES = 4
"""How often an operation is tried at most until it succeeds; refusals are what most tests end with."""
_CODE = re.compile(r"\b(\d{6})-(\d{4})-(P?)(\d{3,9})\b")
_OFFICE = re.compile(r"\d{2,12}-[a-z]+")
_AREA = re.compile(r"\b((?:division_code|within|parent|household)=)(\d{2,12})\b")
_OFFICES = re.compile(r'(?<=")\d{2,12}(?=-[a-z]+")|(?<=\boffice=)\d{2,12}(?=-[a-z]+)')
"""The areas in the codes of offices."""
_QUOTED_AREA = re.compile(r'"((?:34|41)\d{4}(?:\d{3}(?:\d{3})?)?|34\d\d|34)"')


@dataclass
class Cell:
    """What one actor was told: `real` for the request as it was sent, `random` with ids that are nobody's."""

    operation: str
    role: str
    relation: str
    real: Seen
    random: Seen | None = None


@dataclass
class Tried:
    """All cells of one operation, from one request that succeeded in the end."""

    operation: Operation
    cells: list[Cell] = field(default_factory=list)
    upper: list[Cell] = field(default_factory=list)
    without: list[Cell] = field(default_factory=list)
    own_random: Seen | None = None
    changed: list[str] = field(default_factory=list)
    """Tables that strangers left otherwise than they were."""
    status: int = 0


@dataclass
class Shadow(Harness):
    """A service whose operations `wanted` are tried by strangers the first time each is used with success."""

    wanted: Mapping[str, Row] = field(default_factory=dict)
    thorough: bool = False
    """Every role in every relation; else the rights as sent in every relation, the widest and narrowest role in one."""
    admin: Any = None
    """A connection of the server's administrator, from whom row-level security hides nothing."""
    done: dict[str, Tried] = field(default_factory=dict)
    tried: dict[str, Tried] = field(default_factory=dict)
    """The last attempt at each operation, whether it was worth anything or not."""
    tries: dict[str, int] = field(default_factory=dict)
    one_at_a_time: asyncio.Lock = field(default_factory=asyncio.Lock)
    known: set[str] = field(default_factory=set)
    """Every id the people of the area were told."""
    strangers: set[str] = field(default_factory=set)
    """Strangers themselves, and the traces of what they sent: in a trail they find their own doings."""
    told: list[tuple[str, Actor, Seen]] = field(default_factory=list)
    """Everything that was answered, to whom."""
    sent: list[bytes] = field(default_factory=list)
    """The bodies of all requests."""

    def as_(self, who: Actor, *, issuer: str = GATEWAY) -> httpx.AsyncClient:
        client = super().as_(who, issuer=issuer)
        client._transport = Shadowing(self, client._transport, who, issuer)
        return client


class Shadowing(httpx.AsyncBaseTransport):
    def __init__(self, harness: Shadow, inner: Any, who: Any = None, issuer: str = GATEWAY) -> None:
        self._harness, self._inner, self._who, self._issuer = harness, inner, who, issuer
        self._aside = inner
        """Where strangers send theirs."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        harness = self._harness
        operation = operation_at(harness, request.method, request.url.path) if self._issuer == GATEWAY else None
        if operation is None or not await self._known(request):
            return await self._plain(request)
        tried = None
        if _worth_trying(harness, operation):
            harness.tries[operation.id] = harness.tries.get(operation.id, 0) + 1
            async with harness.one_at_a_time:
                tried = harness.tried[operation.id] = await self._tried(operation, request)
        answer = await self._plain(request)
        told = seen(answer, [])
        harness.told.append((operation.id, self._who, told))
        harness.sent.append(request.content)
        if told.status < 300:
            harness.known.update(UUID.findall(told.body))
            if tried is not None:
                tried.status = told.status
                harness.done[operation.id] = tried
        return answer

    async def _known(self, _: httpx.Request) -> bool:
        """Whether it is known on whose rights the request is sent."""
        return True

    async def _plain(self, request: httpx.Request, by: Any = None) -> httpx.Response:
        answer: httpx.Response = await (by or self._inner).handle_async_request(request)
        await answer.aread()
        return answer

    async def _tried(self, operation: Operation, request: httpx.Request) -> Tried:
        tried = Tried(operation)
        if self._harness.service == "registry":
            await moved_here(self._harness.admin, self._who.scope)
        before = await state(self._harness.admin) if operation.writes else None
        await self._foreign(tried, request)
        await self._without_permission(tried, request)
        if before is not None:
            tried.changed = [row[0] for row in await state(self._harness.admin) if row not in before]
        if operation.ids:
            tried.own_random = await self._send(request, operation, self._who, random=True)
        if operation.method == "GET":
            for relation in UPPER:
                above = stranger(self._who, relation)
                tried.upper.append(Cell(operation.id, "", relation, await self._send(request, operation, above)))
        return tried

    async def _foreign(self, tried: Tried, request: httpx.Request) -> None:
        operation = tried.operation
        thorough = self._harness.thorough
        for role, by in _holders(operation, self._who, thorough):
            of_nobody: dict[bool, Seen] = {}
            """By whether the stranger's office took over from others: their keys are looked up at those as well."""
            for relation in FOREIGN if thorough or by is self._who else FOREIGN[:1]:
                who = stranger(by, relation)
                if self._harness.wanted[operation.id].expect in OF_OFFICES:
                    who = replace(who, offices_before=())  # whoever took over from the office would be no stranger
                real = await self._send(request, operation, who)
                heir = bool(who.offices_before)
                if heir not in of_nobody or not operation.ids or real.shown != of_nobody[heir].shown:
                    of_nobody[heir] = await self._send(request, operation, who, random=True)
                tried.cells.append(Cell(operation.id, role, relation, real, of_nobody[heir]))

    async def _without_permission(self, tried: Tried, request: httpx.Request) -> None:
        operation = tried.operation
        rest = declared.every_permission() - {operation.permission}
        who = replace(self._who, permissions=rest, office=f"{self._who.office}-2", person=uuid.uuid4().hex)
        real = await self._send(request, operation, who)
        random = await self._send(request, operation, who, random=True)
        tried.without.append(Cell(operation.id, "", "own", real, random))

    async def _send(self, request: httpx.Request, operation: Operation, who: Actor, *, random: bool = False) -> Seen:
        headers = {name: value for name, value in request.headers.items() if name not in ("content-length", "host")}
        headers["authorization"] = f"Bearer {self._harness.token(who)}"
        headers.pop("idempotency-key", None)
        if operation.needs_key:
            headers["idempotency-key"] = uuid.uuid4().hex
        url, content = str(request.url), request.content
        if random:
            url, content = at_random(operation, request)
        with heard() as statements:
            answer = await self._plain(
                httpx.Request(request.method, url, headers=headers, content=content), self._aside
            )
        told = seen(answer, statements)
        self._harness.told.append((operation.id, who, told))
        self._harness.strangers |= {*UUID.findall(who.account), who.person, answer.headers.get("x-trace-id", "")}
        return told


def _worth_trying(harness: Shadow, operation: Operation) -> bool:
    if operation.id not in harness.wanted or operation.id in harness.done:
        return False
    return harness.tries.get(operation.id, 0) < TRIES


def _holders(operation: Operation, who: Actor, thorough: bool) -> list[tuple[str, Actor]]:
    """Who may do it: with the rights as the test gave them, then in roles that hold the permission."""
    held = sorted(
        (len(having), role, having) for role, having in declared.roles().items() if operation.permission in having
    )
    chosen = held if thorough else held[:1] + held[1:][-1:]
    return [("as sent", who), *((role, replace(who, roles=(role,), permissions=having)) for _, role, having in chosen)]


def at_random(operation: Operation, request: httpx.Request) -> tuple[str, bytes]:
    """The request with ids that are nobody's: in its path, or where that has none, in its query and body."""
    path = request.url.path
    matched = operation.pattern.fullmatch(path)
    assert matched is not None
    for name in reversed(operation.ids):
        start, end = matched.span(name)
        path = path[:start] + nobodys(matched[name]) + path[end:]
    query = request.url.query.decode()
    content = request.content
    if not operation.ids:
        query = _AREA.sub(lambda found: found[1] + nobodys(found[2]), _replaced(query))
        if "json" in request.headers.get("content-type", ""):
            content = _QUOTED_AREA.sub(lambda found: f'"{nobodys(found[1])}"', _replaced(content.decode())).encode()
    return f"{request.url.scheme}://{request.url.host}{path}" + (f"?{query}" if query else ""), content


def nobodys(value: str) -> str:
    """An id of the same form that names nothing."""
    if UUID.fullmatch(value):
        fresh = uuid.uuid4()
        return str(fresh) if "-" in value else fresh.hex
    if _OFFICE.fullmatch(value):
        return value.split("-")[0] + "-nobody"
    if _CODE.fullmatch(value):
        return _nobodys_code(value)
    if value.isdigit() and len(value) in (2, 4, 6, 9, 12):
        return NOBODYS + value[2:]
    if value.isdigit():
        return "987654321"
    return re.sub(r"[A-Za-z0-9]", "z", value)


def _replaced(text: str) -> str:
    text = _OFFICES.sub(lambda found: nobodys(found[0]), text)
    return _nobodys_code(UUID.sub(lambda found: nobodys(found[0]), text))


def _nobodys_code(text: str) -> str:
    return _CODE.sub(lambda found: f"{found[1]}-{found[2]}-{found[3]}" + "9" * len(found[4]), text)
