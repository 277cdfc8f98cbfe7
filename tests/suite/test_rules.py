"""Rules of the whole suite that no single service can prove: over all refusals, contracts and tables."""

from __future__ import annotations

import csv
import importlib
import json
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import shared.chassis
from shared.chassis import clock
from shared.refusals import Refusal

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("registry", "projects", "funds", "gateway")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
GENERAL = {"method_not_allowed"}
"""Codes a service gives in the words of the chassis, because the chassis gives them too."""
PROTECTED = re.compile(r"identity|phone|bank|account|health|birth|disab|person")
PUBLIC = {"final_account_fen", "personal"}
"""What works cost in the end (决算), no bank's account; whether an item of the exchange is about people."""
METHODS = {"get", "post", "put", "patch", "delete"}
NOT_MONEY = {
    "/api/v1/funds/parameters", "/api/v1/funds/bank-files/{bank_file_id}/content",
    "/api/v1/funds/grant-files/{grant_file_id}/content", "/api/v1/funds/book-exports",
    "/api/v1/funds/budget-statements", "/api/v1/funds/factor-proposals", "/api/v1/funds/payee-accounts",
    "/api/v1/funds/factor-proposals/{proposal_id}/adjustments", "/internal/events",
    "/api/v1/funds/factor-proposals/{proposal_id}/decision",
    "/api/v1/funds/alert-rules", "/api/v1/funds/alert-runs", "/api/v1/funds/alerts/{alert_id}/conclusion",
    "/api/v1/funds/alerts/{alert_id}/reply", "/api/v1/funds/alerts/{alert_id}/review", "/api/v1/funds/calendar-days",
    "/api/v1/funds/responsibilities", "/api/v1/funds/responsibilities/{responsibility_id}/decision",
    "/api/v1/funds/responsibilities/{responsibility_id}/replies",
    "/api/v1/funds/responsibilities/{responsibility_id}/withdrawal", "/api/v1/funds/stage-deadlines",
    "/internal/trail/entries",
}  # fmt: skip
"""Changes in funds that move no money."""


@pytest.fixture(scope="module", autouse=True)
def _everything_is_loaded() -> None:
    for module in pkgutil.iter_modules(shared.chassis.__path__):
        importlib.import_module(f"shared.chassis.{module.name}")
    for service in SERVICES:
        importlib.import_module(f"services.{service}.main")


def refusals() -> list[type[Refusal]]:
    """Every class of refusal in the suite."""
    found: list[type[Refusal]] = []
    waiting = [Refusal]
    while waiting:
        found.extend(below := waiting.pop().__subclasses__())
        waiting.extend(below)
    return [kind for kind in found if kind.__module__.startswith(("services.", "shared."))]


def test_every_refusal_has_a_code_of_its_own_and_two_sentences() -> None:
    kinds = refusals()
    assert len(kinds) > 200
    twice = [code for code, count in Counter(kind.code for kind in kinds).items() if count > 1]
    assert twice == []
    for kind in kinds:
        area, _, name = kind.code.rpartition(".")
        home = kind.__module__.split(".")
        owner = home[1] if home[0] == "services" and kind.code not in GENERAL else ""
        assert area == owner, kind.code
        assert re.fullmatch(r"[a-z][a-z0-9_]+", name), kind.code
        assert CHINESE.search(kind.zh), kind.code
        assert kind.en.strip(), kind.code
        assert kind.en[0].isupper() or CHINESE.match(kind.en), kind.code
        assert not kind.en.endswith("."), kind.code
        assert kind.pointer == "" or kind.pointer.startswith("/"), kind.code
        assert 400 <= kind.status < 600, kind.code


@pytest.mark.parametrize("service", SERVICES)
def test_every_constraint_a_refusal_stands_for_exists(service: str) -> None:
    named = importlib.import_module(f"services.{service}.storage.constraints").CONSTRAINTS
    tables = importlib.import_module(f"services.{service}.storage.tables").Base.metadata.tables
    present: set[str] = set()
    for table in tables.values():
        present |= {str(constraint.name) for constraint in table.constraints}
        present |= {str(index.name) for index in table.indexes}
    folder = ROOT / "services" / service / "migrations"
    raised = "".join(path.read_text(encoding="utf-8") for path in folder.rglob("*.py"))  # by triggers
    present |= set(re.findall(r"constraint = '(\w+)'", raised))
    assert named
    assert set(named) <= present


def test_the_same_person_is_refused_with_the_same_status_everywhere() -> None:
    """Maker, checker and releaser are different persons, whatever the service."""
    kinds = [kind for kind in refusals() if kind.code.endswith(".same_person")]
    assert {kind.__module__.split(".")[1] for kind in kinds} == {"registry", "projects", "funds"}
    assert {kind.status for kind in kinds} == {403}


def operations(service: str) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    """Method, path, operation and all schemas of a service's contract."""
    document = json.loads((ROOT / "docs" / "openapi" / f"{service}.json").read_text(encoding="utf-8"))
    for path, methods in document["paths"].items():
        for method in METHODS & set(methods):
            yield method.upper(), path, methods[method], document["components"]["schemas"]


def reachable(value: Any, schemas: dict[str, Any], seen: set[str]) -> set[str]:
    """The schemas a part of a contract speaks of, directly or through others."""
    if isinstance(value, dict):
        name = str(value.get("$ref", "")).rsplit("/", 1)[-1]
        if name and name not in seen:
            seen.add(name)
            reachable(schemas[name], schemas, seen)
        for part in value.values():
            reachable(part, schemas, seen)
    elif isinstance(value, list):
        for part in value:
            reachable(part, schemas, seen)
    return seen


def test_every_operation_that_moves_money_needs_a_key() -> None:
    moving = {(method, path): found for method, path, found, _ in operations("funds") if method != "GET"}
    assert len(moving) > 10
    for (method, path), operation in moving.items():
        needed = "required" if path not in NOT_MONEY else None
        assert operation.get("x-idempotency-key") == needed, f"{method} {path}"


def test_every_update_names_the_version_it_was_made_from() -> None:
    updates = 0
    for service in SERVICES:
        for method, path, operation, _ in operations(service):
            # A funding is decided once, by its own id: there is no version to name.
            if method in ("PUT", "PATCH") and not path.startswith("/internal/projects/{code}/fundings/"):
                names = {parameter["name"].lower() for parameter in operation.get("parameters", [])}
                assert "if-match" in names, f"{method} {path}"
                updates += 1
    assert updates >= 4


@pytest.mark.parametrize("service", SERVICES)
def test_every_request_body_refuses_unknown_members(service: str) -> None:
    bodies = 0
    for method, path, operation, schemas in operations(service):
        content = operation.get("requestBody", {}).get("content", {})
        for name in reachable(content.get("application/json", {}), schemas, set()):
            schema = schemas[name]
            if schema.get("type") == "object":
                assert schema.get("additionalProperties") is False, f"{method} {path}: {name}"
                bodies += 1
    assert bodies > 5


def test_no_list_gives_more_than_two_hundred_items() -> None:
    lists = 0
    for service in SERVICES:
        for method, path, operation, _ in operations(service):
            for parameter in operation.get("parameters", []):
                if parameter["name"] == "limit":
                    assert parameter["schema"]["minimum"] == 1, (method, path)
                    assert parameter["schema"]["maximum"] <= 200, (method, path)
                    lists += 1
    assert lists > 20


def test_no_public_answer_has_a_field_of_protected_data() -> None:
    public = 0
    for service in SERVICES:
        for _, path, operation, schemas in operations(service):
            if "/public/" not in path:
                continue
            public += 1
            given = next(answer for status, answer in operation["responses"].items() if status.startswith("2"))
            for name in reachable(given, schemas, set()):
                fields = schemas[name].get("properties", {})
                assert [one for one in fields if PROTECTED.search(one) and one not in PUBLIC] == [], f"{path}: {name}"
    assert public >= 5


@pytest.mark.parametrize("service", SERVICES)
def test_every_row_of_a_table_of_facts_is_whole(service: str) -> None:
    """A comma that is not quoted would cut a source short."""
    tables = sorted((ROOT / "services" / service / "data").glob("*.csv"))
    assert tables
    for path in tables:
        with path.open(encoding="utf-8", newline="") as file:
            header, *lines = list(csv.reader(file, strict=True))
        assert lines, path.name
        broken = [number for number, line in enumerate(lines, start=2) if len(line) != len(header)]
        assert broken == [], f"{path.name}: rows {broken}"
        if "source" in header:
            place = header.index("source")
            assert all(line[place].strip() for line in lines), path.name


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 12, 31, 15, 59, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 16, 0, 0, tzinfo=UTC), date(2027, 1, 1)),
        (datetime(2028, 2, 28, 16, 0, 0, tzinfo=UTC), date(2028, 2, 29)),
    ],
)
def test_the_offices_day_turns_at_midnight_in_shanghai(
    monkeypatch: pytest.MonkeyPatch, instant: datetime, day: date
) -> None:
    monkeypatch.setattr(clock, "now", lambda: instant)
    assert clock.office_today() == clock.office_day(instant) == day


def test_nobody_but_the_clock_asks_what_day_it_is() -> None:
    asks = re.compile(r"\b(?:datetime\.(?:now|utcnow|today)|date\.today)\(")
    paths = [
        path
        for folder in ("services", "shared")
        for path in (ROOT / folder).rglob("*.py")
        if "versions" not in path.parts
    ]
    found = [str(path.relative_to(ROOT)) for path in paths if asks.search(path.read_text(encoding="utf-8"))]
    assert found == ["shared/chassis/clock.py"]
