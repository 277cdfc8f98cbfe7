"""Every operation that shows people says so, from the shape of its answer; what says so is held to it by the route."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import asyncpg
import httpx2 as httpx
import pytest
from fastapi import FastAPI

from shared.chassis import audit, problems
from shared.chassis.app import new_router
from shared.chassis.audit import PERSONAL
from shared.chassis.hot_reads import own_statement
from shared.chassis.identity import needs
from shared.schemas.wire import Wire
from tests.support import server
from tests.support.harness import actor, build, running

ROOT = Path(__file__).parents[2]
SERVICES = ("registry", "projects", "funds", "gateway")
LOOKS_PERSONAL = ("phone", "identity_number", "id_number", "health", "disability", "birth", "person_name", "head_name")
NOTHING_OF_THE_KIND = {"birth_date", "disability"}


@cache
def listed() -> dict[tuple[str, str], bool]:
    """(field, model or empty) → whether it is personal, as the list says."""
    with (ROOT / "shared/schemas/personal_fields.csv").open(encoding="utf-8", newline="") as file:
        return {(row["field"], row["model"]): row["personal"] == "yes" for row in csv.DictReader(file)}


@cache
def document(service: str) -> dict[str, Any]:
    app: FastAPI = build(service, "nowhere", {}).fastapi
    found: dict[str, Any] = app.openapi()
    return found


def personal(field: str, model: str) -> bool:
    return listed().get((field, model), listed().get((field, ""), False))


def fields(service: str, schema: dict[str, Any], model: str = "", seen: frozenset[str] = frozenset()) -> Iterator[Any]:
    """Every (field, model) an answer of this shape can hold."""
    if "$ref" in schema:
        model = schema["$ref"].rsplit("/", 1)[1]
        if model not in seen:
            yield from fields(service, document(service)["components"]["schemas"][model], model, seen | {model})
        return
    for name, part in schema.get("properties", {}).items():
        yield name, model.removesuffix("-Output")
        yield from fields(service, part, model, seen)
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from fields(service, schema[key], model, seen)
    for key in ("anyOf", "oneOf", "allOf"):
        for part in schema.get(key, []):
            yield from fields(service, part, model, seen)


def operations(service: str) -> Iterator[tuple[dict[str, Any], set[tuple[str, str]]]]:
    """Every operation that is not for everybody, with the (field, model) pairs of its good answers."""
    for path, methods in document(service)["paths"].items():
        for operation in methods.values():
            if operation.get("x-permission") == "public" or path.startswith("/api/v1/public/"):
                continue  # what was put up for everybody is read by nobody in particular
            shown = {
                pair
                for status, answer in operation["responses"].items()
                if status.startswith("2")
                for media in answer.get("content", {}).values()
                for pair in fields(service, media.get("schema", {}))
            }
            yield operation, shown


@pytest.mark.parametrize("service", SERVICES)
def test_an_operation_whose_answer_can_show_people_says_which_fields(service: str) -> None:
    wrong = {}
    for operation, pairs in operations(service):
        shown = {field for field, model in pairs if personal(field, model)}
        declared = set(operation.get(PERSONAL, ()))
        if not shown <= declared:
            wrong[operation["operationId"]] = sorted(shown - declared)
    assert not wrong


@pytest.mark.parametrize("service", SERVICES)
def test_no_field_that_sounds_personal_is_missing_from_the_list(service: str) -> None:
    known = {field for field, _ in listed()}
    missing = {
        (field, model)
        for _, pairs in operations(service)
        for field, model in pairs
        if any(part in field for part in LOOKS_PERSONAL) and field not in known | NOTHING_OF_THE_KIND
    }
    assert not missing


@pytest.mark.parametrize("service", SERVICES)
def test_what_gives_out_a_file_says_whether_people_are_in_it(service: str) -> None:
    silent = []
    for operation, _ in operations(service):
        for status, answer in operation["responses"].items():
            file = status.startswith("2") and set(answer.get("content", {})) - {"application/json"}
            if file and PERSONAL not in operation:
                silent.append(operation["operationId"])
    assert set(silent) <= WITHOUT_PEOPLE, sorted(set(silent) - WITHOUT_PEOPLE)


WITHOUT_PEOPLE = {
    "household_import_template",
    "household_import_events",
    "book_import_template",
    "book_import_report",
    "book_export_take",
    "progress_report_file",
    *(f"{service}_trail_export" for service in SERVICES),
}
"""Files without a person in them: looked at one by one. A trail names ids only, and is noted all the same."""


class Member(Wire):
    """Named as the list of personal fields names it."""

    name: str


async def test_an_answer_that_shows_people_and_stands_on_no_trail_never_leaves() -> None:
    """Controls beside it: one that was noted leaves, and so does one that shows nobody."""
    app = FastAPI()
    problems.install(app, {})
    app.state.database, app.state.tokens = (
        None,
        SimpleNamespace(check=lambda _: actor("household.read"), cursor_key=b""),
    )
    router = new_router("/people", "people")

    @router.get("/silent", operation_id="silent", **own_statement(needs("household.read")))
    async def silent() -> Member:
        return Member(name="王一")

    @router.get("/noted", operation_id="noted", **own_statement(needs("household.read")))
    async def noted() -> Member:
        audit.mark_noted()
        return Member(name="王一")

    app.include_router(router)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    headers = {"authorization": "Bearer anything"}
    async with httpx.AsyncClient(transport=transport, base_url="http://service", headers=headers) as client:
        refused, given = await client.get("/people/silent"), await client.get("/people/noted")
    assert (refused.status_code, given.status_code) == (503, 200)
    assert "王一" not in refused.text
    assert given.json() == {"name": "王一"}


async def test_without_the_trail_every_list_of_people_is_503_and_shows_nobody() -> None:
    """Whatever operation shows people by GET and needs no id: all of them, as the documents name them."""
    for service in ("registry", "funds"):
        async with running(service) as harness:
            owner = await asyncpg.connect(server.dsn(service, "owner", harness.database))
            paths = [
                path
                for path, methods in document(service)["paths"].items()
                if "{" not in path and PERSONAL in methods.get("get", {}) and path.startswith("/api/")
            ]
            needed = {methods["get"]["x-permission"] for methods in map(document(service)["paths"].get, paths)}
            assert paths
            async with harness.as_(actor(*needed, scope=("00",), level="nation")) as client:
                for path in paths:
                    before = await owner.fetchval("select count(*) from read_trail")
                    answer = await client.get(path, params=ASKED.get(path))
                    if answer.status_code == 200:
                        row = await owner.fetchrow("select * from read_trail order by id desc limit 1")
                        facts = json.loads(row["subjects"])
                        assert await owner.fetchval("select count(*) from read_trail") == before + 1, path
                        assert facts["operation"], path
                        assert facts["permission"] in needed, path
                        assert facts["shown"], path
                        assert (row["office"], len(row["trace_id"])) == ("341622-aid", 32)
                    else:
                        assert path in NEED_MORE, (path, answer.text)
                await owner.execute(f"revoke insert on read_trail from lika_{service}_app")
                for path in set(paths) - NEED_MORE:
                    blocked = await client.get(path, params=ASKED.get(path))
                    assert blocked.status_code == 503, (path, blocked.text)
                    assert "items" not in blocked.json()
            await owner.close()


ASKED: dict[str, dict[str, Any]] = {
    "/api/v1/funds/grants": {"household_id": "7c0f2c9e-5d6b-4b60-9c6e-2f8f0a1f7b11"},
}
"""What a list cannot be asked for without."""
NEED_MORE = {"/api/v1/funds/entitlements"}
"""Lists that ask another service first."""
