"""A thousand marked people outside an actor's area: not one mark, not one count, not one order tells of them.

The service runs twice: on the actor's own data, and on the same data with the canaries beside it. Whatever is asked
within the area is answered in the same bytes by both.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from shared.chassis import paging
from shared.chassis.identity import Actor
from tests.matrix.answers import Seen, seen
from tests.matrix.journeys import quiet
from tests.matrix.marks import (
    all_marks,
    canary_account,
    canary_name,
    canary_number,
    canary_telephone,
    marks_in,
)
from tests.matrix.operations import every_permission, operations
from tests.matrix.walls import without_walls
from tests.services.registry.lists import noticed
from tests.services.registry.people import (
    FOREIGN_VILLAGE,
    OTHER_VILLAGE,
    VILLAGE,
    household,
    load_divisions,
    open_household,
    person,
    recorder,
)
from tests.support import server
from tests.support.harness import Harness, actor, build, running

CANARIES, PER_HOUSEHOLD = 1_000, 20
PLACES = (OTHER_VILLAGE, "341622102200", FOREIGN_VILLAGE)
SOMEBODY = 417
"""One of the canaries, asked for by name, number and telephone."""
CLERK = actor(*every_permission(), scope=(VILLAGE,), office=f"{VILLAGE}-village", level="village", person="clerk")
BETWEEN = actor(
    *every_permission(), scope=(VILLAGE, "52"), office=f"{VILLAGE}-village", level="village", person="between"
)
"""Two areas far apart: all the canaries lie in the range around them."""
ASIDE = actor(*every_permission(), scope=("52",), office="52-aid", level="province", person="aside")
COUNTRY = actor(*every_permission(), scope=("00",), office="00-aid", level="nation", person="country")


@dataclass
class Twins:
    """The registry without and with the canaries."""

    without: Harness
    having: Harness


@pytest_asyncio.fixture
async def twins(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Twins]:
    quiet(monkeypatch)
    async with AsyncExitStack() as stack:
        async with running("registry") as first:
            await load_divisions(first)
            await noticed(first)
            await open_household(first, members=[person(name="自家人"), person("spouse", 40, "2")])
            await first.fastapi.state.database.close()
            await first.fastapi.state.hot_reads.close()
            copies = [await server.create_copy("registry", first.database) for _ in range(2)]
        for name in copies:
            stack.push_async_callback(server.drop, name)
        without, having = [await stack.enter_async_context(_on(name)) for name in copies]
        await _let_loose(having)
        yield Twins(without, having)


@asynccontextmanager
async def _on(database: str) -> AsyncIterator[Harness]:
    harness = build("registry", database, {})
    async with harness.fastapi.router.lifespan_context(harness.fastapi):
        yield harness


async def _let_loose(registry: Harness) -> None:
    for first in range(0, CANARIES, PER_HOUSEHOLD):
        orders = range(first, first + PER_HOUSEHOLD)
        village = PLACES[first // PER_HOUSEHOLD % len(PLACES)]
        members = [_canary(order, "head" if order == first else "other") for order in orders]
        sent = household(*members, village=village, phone=canary_telephone(first), bank_account=canary_account(first))
        async with registry.as_(recorder(village=village)) as client:
            answer = await client.post("/api/v1/registry/households", json=sent)
        assert answer.status_code == 201, answer.text


def _canary(order: int, relation: str) -> dict[str, Any]:
    number = canary_number(order)
    age = 2026 - int(number[6:10])
    return person(relation, age, "1", name=canary_name(order), identity_number=number)


AREAS = (VILLAGE, OTHER_VILLAGE, "341622102", "341622", "41", FOREIGN_VILLAGE, "00")
ASKED_OF_PEOPLE: dict[str, tuple[str, ...]] = {
    "within": AREAS, "division_code": AREAS, "village": AREAS, "parent": AREAS,
    "name": (canary_name(SOMEBODY), canary_name(SOMEBODY)[:1]), "pinyin": ("yue", "yue zhuo"), "initials": ("yz",),
    "limit": ("1", "200"), "age_from": ("20",), "age_to": ("60",), "relation": ("head", "other"),
    "as_of": ("2026-01-01",), "true_on": ("2026-01-01",), "from": ("2020-01-01",), "to": ("2100-01-01",),
    "year": ("2026",), "level": ("village",), "rule": ("1",), "household_code": ("1",),
    "cursor": tuple(
        paging.encode(*key) for key in ((VILLAGE, 0), ("", ""), (canary_name(SOMEBODY), 1), (OTHER_VILLAGE, "0" * 32))
    ),
}  # fmt: skip
LINKS = "/trail/export"
"""Tells the links of everybody's acts, the rows of one's own area only: as many links as there were acts."""
BLANK = {"household_import_template", "comparison_list_template"}
"""Empty workbooks: each is made anew, with the moment it was made in its bytes."""
"""Values for what an operation may be asked with, besides everything it lists itself."""


def questions(registry: Harness) -> list[tuple[str, str, Any]]:
    """(METHOD, address, body): every list, count, sum, order, search and fault, with each parameter it declares."""
    asked: list[tuple[str, str, Any]] = []
    document = registry.fastapi.openapi()["paths"]
    for one in operations(registry):
        if one.method == "GET" and not one.internal and one.id not in BLANK:
            asked += [("GET", _filled(one.path) + query, None) for query in _queries(document[one.path]["get"])]
    name, number = canary_name(SOMEBODY), canary_number(SOMEBODY)
    for body in (
        {"identity_number": number}, {"name": name}, {"name": name[:1]}, {"initials": "yz"}, {"count": "exact"},
        {"name": name, "within": OTHER_VILLAGE},
    ):  # fmt: skip
        asked += [("POST", f"/api/v1/registry/{noun}/search", body) for noun in ("people", "households")]
    asked.append(("POST", "/api/v1/registry/households", household(_canary(SOMEBODY, "head"), village=OTHER_VILLAGE)))
    return asked


def _queries(operation: dict[str, Any]) -> list[str]:
    """A query for each value of each parameter, what is required beside it."""
    declared = {one["name"]: one for one in operation.get("parameters", []) if one["in"] == "query"}
    needed = {name: _values(one)[0] for name, one in declared.items() if one.get("required")}
    asked = [needed, *(needed | {name: value} for name, one in declared.items() for value in _values(one))]
    return ["?" + "&".join(f"{name}={value}" for name, value in query.items()) for query in asked]


def _values(parameter: dict[str, Any]) -> tuple[str, ...]:
    kinds = [parameter["schema"], *parameter["schema"].get("anyOf", [])]
    listed = [value for kind in kinds for value in kind.get("enum", [kind["const"]] if "const" in kind else [])]
    if any(kind.get("type") == "boolean" for kind in kinds):
        listed += ["true", "false"]
    return tuple(map(str, listed)) or ASKED_OF_PEOPLE.get(parameter["name"], ())


def _filled(path: str) -> str:
    values = {"year": "2026", "code": OTHER_VILLAGE, "name": "kinship", "key": "nobody"}
    return re.sub(r"\{(\w+)\}", lambda found: values.get(found[1], "00000000-0000-7000-8000-000000000000"), path)


async def answers(registry: Harness, who: Actor) -> list[tuple[str, Seen]]:
    async with registry.as_(who) as client:
        found = []
        for method, address, body in questions(registry):
            answer = await client.request(method, address, json=body)
            found.append((f"{method} {address} {body or ''}", seen(answer, [])))
        return found


def leaks(found: list[tuple[str, Seen]], others: list[tuple[str, Seen]]) -> list[str]:
    """Questions whose answer holds a mark, or is another than without the canaries."""
    marks = all_marks(range(CANARIES))
    return [
        f"{question}: {told.status} {plain.status}"
        for (question, told), (_, plain) in zip(found, others, strict=True)
        if (told.shown != plain.shown and LINKS not in question) or marks_in(f"{told.headers}{told.body}", marks)
    ]


@pytest.mark.nightly
async def test_nothing_asked_tells_of_people_outside_the_area(twins: Twins, monkeypatch: pytest.MonkeyPatch) -> None:
    for who in (CLERK, BETWEEN, ASIDE):
        plain, beside = await answers(twins.without, who), await answers(twins.having, who)
        assert len(plain) > 300
        assert sum(told.status == 200 for _, told in plain) > 200
        assert leaks(beside, plain) == [], who.scope

    # The controls: who has the whole country sees them; and so does the clerk once both walls are taken away.
    country = [told.body for _, told in await answers(twins.having, COUNTRY)]
    names = {canary_name(order) for order in range(CANARIES)}
    assert len(marks_in("".join(country), names)) >= 200
    plain = await answers(twins.without, CLERK)
    without_walls(monkeypatch, "registry")
    assert len(leaks(await answers(twins.having, CLERK), plain)) > 20
