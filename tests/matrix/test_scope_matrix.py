"""Nobody reads or changes what lies outside their area: every operation, every role, every relation.

Made from the OpenAPI documents: an operation without a row in rows/<service>.csv turns this red.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.chassis import log
from tests.matrix.answers import UUID, Seen
from tests.matrix.cleanliness import unclean
from tests.matrix.journeys import quiet, shadowed, travel, travelled
from tests.matrix.rows import EXPECTATIONS, SERVICES, TRIED, Row, journeys, rows
from tests.matrix.shadow import Cell, Shadow, Tried
from tests.matrix.statements import listen
from tests.matrix.walls import without_walls
from tests.services.registry.people import household, load_divisions, open_household

JOURNEYS = journeys()
ABSENT = {403, 404, 409, 422}
ONES = ("object", "sender")
"""The path names one thing of an area."""


def _tiered() -> list[Any]:
    """Every eighth journey with each commit, all of them in the night: each takes seconds."""
    return [
        pytest.param(service, journey, id=f"{service}-{journey}", marks=[pytest.mark.nightly] if number % 8 else [])
        for number, (service, journey) in enumerate(JOURNEYS)
    ]


@pytest.mark.parametrize(("service", "journey"), _tiered())
async def test_strangers_find_nothing_on_this_way(
    service: str,
    journey: str,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    listen(monkeypatch)
    quiet(monkeypatch)
    wanted = {row.operation: row for row in JOURNEYS[service, journey]}
    thorough = request.config.option.markexpr != "not nightly"
    async with travelled(service, journey, wanted, monkeypatch, thorough=thorough) as shadow:
        logs = capsys.readouterr()
        spilt = await unclean(shadow, logs.out + logs.err)
    assert set(shadow.done) == set(wanted), f"not used with success: {set(wanted) - set(shadow.done)}"
    faults = [fault for name, row in wanted.items() for fault in faults_of(row, shadow.done[name], shadow)]
    assert not faults + spilt, "\n".join(faults + spilt)


def faults_of(row: Row, tried: Tried, shadow: Shadow) -> list[str]:
    """Everything that is wrong with what strangers were told about one operation."""
    found = [fault for cell in tried.cells for fault in _foreign_faults(row, cell, shadow)]
    above = [] if row.expect in ("office", "own") else tried.upper
    found += [f"{cell.relation}: {_short(cell.real)}" for cell in above if cell.real.status >= 400]
    for cell in tried.without:
        assert cell.random is not None
        if cell.real.status != 403 or cell.real.shown != cell.random.shown:
            found.append(f"without the permission: {_short(cell.real)}, random {_short(cell.random)}")
    if row.expect in ONES and tried.own_random is not None:
        own = [cell for cell in tried.cells if cell.role == "as sent"]
        found += [
            f"{cell.relation}: other than one's own random id: {_short(cell.real)}, {_short(tried.own_random)}"
            for cell in own
            if tried.own_random.status == 404 and cell.real.shown != tried.own_random.shown and not _held(cell)
        ]
    if row.expect == "list":
        nobody = next(cell.real for cell in tried.cells if cell.relation == "no area")
        found += [
            f"{cell.role}, {cell.relation}: other than whoever has no area: {_short(cell.real)}, {_short(nobody)}"
            for cell in tried.cells
            if cell.role == "as sent" and cell.real.shown != nobody.shown and not _held(cell)
        ]
    if tried.changed and row.expect != "own":
        found.append(f"strangers changed {tried.changed}")
    return [f"{row.operation} ({row.expect}): {fault}" for fault in found]


def _foreign_faults(row: Row, cell: Cell, shadow: Shadow) -> list[str]:
    place = f"{cell.role}, {cell.relation}"
    random = cell.random
    assert random is not None
    found = []
    if cell.real.shown != random.shown and row.expect not in ("own", "place", "shared"):
        found.append(f"{place}: told {_short(cell.real)}, of a random one {_short(random)}")
    elif (
        len(cell.real.statements) != len(random.statements)
        and row.expect in ("object", "sender")
        and cell.relation != "no area"
    ):
        found.append(f"{place}: {len(cell.real.statements)} statements, for a random one {len(random.statements)}")
    if row.expect in (*ONES, "office") and cell.real.status != 404 and not _held(cell):
        found.append(f"{place}: {_short(cell.real)} instead of 404")
    if row.expect in ("made", "place") and cell.real.status not in ABSENT:
        found.append(f"{place}: {_short(cell.real)} instead of a refusal")
    if row.expect in ("list", "area") and cell.real.status not in (200, *ABSENT):
        found.append(f"{place}: {_short(cell.real)}")
    if row.expect in ("list", "area", "own") and cell.real.status == 200 and _items(cell.real):
        found.append(f"{place}: items {_short(cell.real)}")
    leaked = set(UUID.findall(cell.real.body)) & shadow.known - shadow.strangers
    if leaked:
        found.append(f"{place}: names {len(leaked)} things of the area")
    return found


def _held(cell: Cell) -> bool:
    """Whether the step refuses this office whatever the object: its level or sector, or a right of its own."""
    assert cell.random is not None
    return cell.real.status == 403 and cell.real.shown == cell.random.shown


def _items(told: Seen) -> bool:
    """Whether an answer holds rows."""
    try:
        body = json.loads(told.body)
    except ValueError:
        return False
    held = body.values() if isinstance(body, dict) else [body]
    return any(isinstance(one, list) and any(isinstance(row, dict) for row in one) for one in held)


def _short(told: Seen) -> str:
    return f"{told.status} {told.body[:160]}"


@pytest.mark.parametrize("service", SERVICES)
def test_every_row_says_what_is_expected(service: str) -> None:
    for row in rows(service).values():
        assert row.expect in EXPECTATIONS, row
        assert bool(row.journey) == (row.expect in TRIED), row
        assert row.note or row.expect in ("object", "made", "list", "area", "internal", "public"), row


async def test_a_service_that_forgets_the_scope_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: with the scope filter taken out of every query, the matrix turns red on this way."""
    quiet(monkeypatch)
    journey = "test_works.py::test_works_run_from_tender_to_handover"
    wanted = {row.operation: row for row in JOURNEYS["projects", journey] if row.operation != "project_propose"}
    async with shadowed("projects", wanted) as shadow:
        without_walls(monkeypatch, "projects")
        with pytest.raises(AssertionError):
            await travel(shadow, journey)
    found = [one for name in shadow.tried for one in faults_of(wanted[name], shadow.tried[name], shadow)]
    assert any("instead of 404" in fault or "told" in fault for fault in found), found


async def test_something_personal_in_an_answer_is_found_out(capsys: pytest.CaptureFixture[str]) -> None:
    """The control of cleanliness: a number in a log, in a table and in an answer."""
    async with shadowed("registry", {}) as shadow:
        await load_divisions(shadow)
        await open_household(shadow)
        capsys.readouterr()
        number = household()["members"][0]["identity_number"]
        log.logger().info("planted", number=number)
        await shadow.admin.execute(
            "insert into audit_entries (at, actor, office, action, subject, details, trace_id)"
            f" values (now(), '', '', '', '', '{{\"n\": \"{number}\"}}', '')"
        )
        logs = capsys.readouterr()
        found = await unclean(shadow, logs.out + logs.err)
    assert "a log line holds something personal" in found
    assert any("audit_entries" in one for one in found)
