"""The committed contracts are true, and together they are one API."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploy import openapi

SERVICES = ("registry", "projects", "funds", "gateway")


@pytest.mark.parametrize("service", SERVICES)
def test_the_committed_contract_is_what_the_code_declares(service: str) -> None:
    committed = (openapi.FOLDER / f"{service}.json").read_text(encoding="utf-8")
    assert committed == openapi.text(service), "run `make openapi` and read the difference"


def test_operation_ids_are_unique_across_the_suite() -> None:
    seen: dict[str, str] = {}
    for service in SERVICES:
        for path, methods in document(service)["paths"].items():
            for method, operation in methods.items():
                name = operation["operationId"]
                assert name not in seen, f"{name}: {method} {path} and {seen[name]}"
                seen[name] = f"{method} {path}"
    assert len(seen) > 80


@pytest.mark.parametrize("service", SERVICES)
def test_no_field_of_money_is_anything_but_an_integer(service: str) -> None:
    for name, schema in document(service)["components"]["schemas"].items():
        for field, shape in schema.get("properties", {}).items():
            if field.endswith("_fen"):
                kinds = {part.get("type") for part in shape.get("anyOf", [shape])}
                assert kinds <= {"integer", "null"}, f"{name}.{field}: {kinds}"


def document(service: str) -> dict:  # type: ignore[type-arg]
    found: dict = json.loads(Path(openapi.FOLDER / f"{service}.json").read_text(encoding="utf-8"))  # type: ignore[type-arg]
    return found
