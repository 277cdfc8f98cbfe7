"""Every operation times every role: whoever lacks its permission is refused, before anything is looked at."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from shared.chassis.row_security import hull
from shared.chassis.scope import covers
from tests.matrix.operations import ROOT, Operation, operations, roles
from tests.matrix.relations import FOREIGN, stranger
from tests.matrix.rows import SERVICES, rows
from tests.matrix.statements import heard, listen
from tests.support.harness import Harness, actor, running

EXISTING = {"code": "341622", "division_code": "341622", "kind": "revolution_area", "year": "2016", "name": "kinship"}


@pytest_asyncio.fixture(params=SERVICES)
async def service(request: pytest.FixtureRequest) -> AsyncIterator[Harness]:
    async with running(request.param) as harness:
        harness.leave_the_door()
        yield harness


async def test_every_operation_has_a_row(service: Harness) -> None:
    declared = {one.id for one in operations(service)}
    known = set(rows(service.service))
    assert declared == known, f"without a row: {sorted(declared - known)}; rows of nothing: {sorted(known - declared)}"
    assert declared == {
        operation["operationId"]
        for methods in service.fastapi.openapi()["paths"].values()
        for operation in methods.values()
    }, "the OpenAPI document says other than the routes"


async def test_every_role_without_the_permission_is_refused(service: Harness) -> None:
    faults: list[str] = []
    cells = 0
    for role, held in roles().items():
        who = actor(*held, scope=("00",), office="00-office", level="nation", roles=(role,))
        async with service.as_(who) as client:
            for one in operations(service):
                if one.permission in held or one.permission == "public" or _asked_by_the_gateway(one):
                    continue
                answer = await client.request(one.method, _filled(one.path), headers={"idempotency-key": "matrix"})
                cells += 1
                body: dict[str, Any] = json.loads(answer.content)
                if (answer.status_code, body["code"]) != (403, "forbidden"):
                    faults.append(f"{role} {one.id}: {answer.status_code} {body['code']}")
    assert not faults, "\n".join(faults)
    assert cells > 100


async def test_a_refused_permission_costs_no_statement(service: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    listen(monkeypatch)
    async with service.as_(actor("nothing.at_all", scope=("00",))) as client:
        for one in operations(service):
            if one.permission == "public" or _asked_by_the_gateway(one):
                continue
            with heard() as statements:
                await client.request(one.method, _filled(one.path), headers={"idempotency-key": "matrix"})
            assert not statements, one.id


def _asked_by_the_gateway(one: Operation) -> bool:
    """What the gateway asks for itself, whoever it acts for; nothing it forwards leads there."""
    return one.internal and "gateway" in one.permission


def _filled(path: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: EXISTING.get(found[1], "0"), path)


def test_every_role_of_the_matrix_is_a_role() -> None:
    named = {line.split(",")[0] for line in (ROOT / "services/gateway/data/roles.csv").read_text().splitlines()[1:]}
    assert set(roles()) == named | {"public"}


def test_relations_are_what_they_are_called() -> None:
    for own in ("34", "3416", "341622", "341622101", "341622101200"):
        who = actor("x", scope=(own,), office=f"{own}-aid")
        for relation in FOREIGN:
            assert not covers(stranger(who, relation).scope, own), (own, relation)
        for relation in ("child", "nation"):
            assert covers(stranger(who, relation).scope, own), (own, relation)
        span = hull(stranger(who, "around").scope)
        assert span.first <= own < span.end, "the range of the row policies holds it; only the query keeps it back"
