"""Every operation: closed without its permission, and silent about what lies outside the caller's scope."""

from __future__ import annotations

from typing import Any

from tests.services.projects.api.test_imports import row, send, workbook
from tests.services.projects.support import (
    OTHER_COUNTY,
    PLANS,
    SHA,
    YEAR,
    Cast,
    acceptance,
    contract,
    day,
    decision,
    entry,
    in_library,
    notice,
    officer,
    ok,
    plan,
    progress,
    tender,
)
from tests.support.harness import Harness, actor

BODIES: dict[str, Any] = {
    "PUT /api/v1/projects/library/{code}": entry(division_codes=["341621100201"]),
    "POST /api/v1/projects/library/{code}/notices": notice("village"),
    "POST /api/v1/projects/library/{code}/decisions": decision("county_decision"),
    "POST /api/v1/projects/library/{code}/filing": {},
    "POST /api/v1/projects/library/{code}/submission": {},
    "POST /api/v1/projects/library/{code}/removal": {"reason": "x"},
    "POST /api/v1/projects/plans/{plan_id}/decision": {"outcome": "approve", "opinion": "x"},
    "POST /api/v1/projects/plans/{plan_id}/notice": {"posted_on": day(0), "place": "x", "paper_sha256": SHA},
    "POST /api/v1/projects/works/{code}/tender": tender(),
    "POST /api/v1/projects/works/{code}/contract": contract(),
    "POST /api/v1/projects/works/{code}/start": {"started_on": day(0)},
    "POST /api/v1/projects/works/{code}/progress-reports": progress(1, 0),
    "POST /api/v1/projects/works/{code}/completion": {"completed_on": day(0)},
    "POST /api/v1/projects/works/{code}/acceptance": acceptance(),
    "POST /api/v1/projects/works/{code}/stop": {"reason": "x"},
    "POST /api/v1/projects/works/{code}/handover": {
        "handed_on": day(0), "asset_class": "public", "asset_name": "x", "owner": "x", "caretaker": "x",
    },
}  # fmt: skip


def operations(harness: Harness) -> list[tuple[str, str, dict[str, Any]]]:
    """Method, path and document of every operation."""
    paths = harness.app.openapi()["paths"]
    return [(method.upper(), path, document) for path, found in paths.items() for method, document in found.items()]


def filled(path: str, code: str, plan_id: str, import_id: str) -> str:
    return (
        path.replace("{code}", code)
        .replace("{plan_id}", plan_id)
        .replace("{import_id}", import_id)
        .replace("{key}", "none")
    )


async def test_every_operation_is_closed_without_its_permission(projects: Harness) -> None:
    found = operations(projects)
    assert len(found) > 35
    nobody = actor()
    for method, path, document in found:
        assert document["operationId"]
        place = filled(path, f"341622-{YEAR}-0001", f"341622-{YEAR}-P001", "0" * 32)
        if "gateway" not in document["x-permission"]:  # what the gateway itself asks it never passes on for people
            async with projects.as_(nobody) as client:
                assert (await client.request(method, place)).status_code == 403, (method, path)
        async with projects.anonymous() as client:
            assert (await client.request(method, place)).status_code == 401, (method, path)


async def test_what_lies_outside_the_scope_is_answered_like_what_does_not_exist(projects: Harness) -> None:
    cast = Cast()
    code = await in_library(projects, cast)
    plan_id = (await ok(projects, cast.county, PLANS, plan((code, 1))))["id"]
    import_id = (await send(projects, officer(), workbook(row(1)))).json()["id"]
    present = (code, plan_id, import_id)
    absent = (f"341622-{YEAR}-0999", f"341622-{YEAR}-P999", "0" * 32)
    seen = 0
    for method, path, document in operations(projects):
        permission = document["x-permission"]
        if not any(name in path for name in ("{code}", "{plan_id}", "{import_id}")) or ":" in permission:
            continue
        outsider = actor(permission, "project.decide_county", scope=(OTHER_COUNTY,))
        headers = {"If-Match": '"1"'} if method == "PUT" else {}
        async with projects.as_(outsider) as client:
            hidden, missing = [
                await client.request(method, filled(path, *which), json=BODIES.get(f"{method} {path}"), headers=headers)
                for which in (present, absent)
            ]
        assert hidden.status_code == missing.status_code == 404, (method, path, hidden.text)
        assert hidden.json() | {"trace_id": ""} == missing.json() | {"trace_id": ""}
        seen += 1
    assert seen > 20
