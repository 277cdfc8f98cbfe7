"""Within v1 the public API only grows. What breaks a client is found by comparison and stands approved, or is red."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy import openapi
from deploy.api_changes import page, released
from deploy.api_changes.compare import changes

Document = dict[str, Any]

THING = {"$ref": "#/components/schemas/Thing"}
NEW_THING = {"$ref": "#/components/schemas/NewThing"}
OLD: Document = {
    "paths": {
        "/api/v1/things": {
            "get": {
                "operationId": "thing_list",
                "x-permission": "thing.read",
                "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 200}}],
                "responses": {"200": {"content": {"application/json": {"schema": {"type": "array", "items": THING}}}}},
            },
            "post": {
                "operationId": "thing_make",
                "x-permission": "thing.write",
                "requestBody": {"content": {"application/json": {"schema": NEW_THING}}},
                "responses": {"201": {"content": {"application/json": {"schema": THING}}}},
            },
        }
    },
    "components": {
        "schemas": {
            "Thing": {
                "type": "object",
                "properties": {
                    "name": {"type": "string"},
                    "kind": {"enum": ["a", "b"], "type": "string"},
                    "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                    "parts": {"type": "array", "items": THING},
                },
                "required": ["name", "kind"],
            },
            "NewThing": {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "maxLength": 50},
                    "kind": {"enum": ["a", "b"], "type": "string"},
                    "born_on": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
                },
                "required": ["name"],
            },
        }
    },
}


def operation(document: Document, verb: str) -> Document:
    found: Document = document["paths"]["/api/v1/things"][verb]
    return found


def field(document: Document, schema: str) -> Document:
    found: Document = document["components"]["schemas"][schema]["properties"]
    return found


def removed_operation(new: Document) -> None:
    del new["paths"]["/api/v1/things"]["get"]


def renamed_operation(new: Document) -> None:
    operation(new, "get")["operationId"] = "things_list"


def removed_parameter(new: Document) -> None:
    operation(new, "get")["parameters"].clear()


def required_parameter(new: Document) -> None:
    operation(new, "get")["parameters"].append(
        {"name": "year", "in": "query", "required": True, "schema": {"type": "integer"}}
    )


def smaller_limit(new: Document) -> None:
    operation(new, "get")["parameters"][0]["schema"]["maximum"] = 100


def removed_answered_field(new: Document) -> None:
    del field(new, "Thing")["parts"]


def removed_sent_field(new: Document) -> None:
    del field(new, "NewThing")["born_on"]


def new_required_input(new: Document) -> None:
    field(new, "NewThing")["place"] = {"type": "string"}
    new["components"]["schemas"]["NewThing"]["required"].append("place")


def now_required_input(new: Document) -> None:
    new["components"]["schemas"]["NewThing"]["required"].append("kind")


def removed_sent_value(new: Document) -> None:
    field(new, "NewThing")["kind"]["enum"].remove("b")


def tightened_type(new: Document) -> None:
    field(new, "NewThing")["born_on"] = {"type": "string", "format": "date"}


def shorter_text(new: Document) -> None:
    field(new, "NewThing")["name"]["maxLength"] = 20


def answered_null(new: Document) -> None:
    field(new, "Thing")["name"] = {"anyOf": [{"type": "string"}, {"type": "null"}]}


def answered_type(new: Document) -> None:
    field(new, "Thing")["name"] = {"type": "integer"}


def answer_not_always_there(new: Document) -> None:
    new["components"]["schemas"]["Thing"]["required"].remove("kind")


def other_status(new: Document) -> None:
    answers = operation(new, "post")["responses"]
    answers["202"] = answers.pop("201")


BREAKING = [
    (removed_operation, "thing_list: GET /api/v1/things removed"),
    (renamed_operation, "things_list: was called thing_list"),
    (removed_parameter, "thing_list ?limit: parameter removed"),
    (required_parameter, "thing_list ?year: new and required"),
    (smaller_limit, "thing_list ?limit (sent): maximum 200 → 100"),
    (removed_answered_field, "Thing.parts (answered): removed"),
    (removed_sent_field, "NewThing.born_on (sent): removed"),
    (new_required_input, "NewThing.place (sent): new and required"),
    (now_required_input, "NewThing.kind (sent): now required"),
    (removed_sent_value, "NewThing.kind (sent): value b"),
    (tightened_type, "NewThing.born_on (sent): no longer null"),
    (shorter_text, "NewThing.name (sent): maxLength 50 → 20"),
    (answered_null, "Thing.name (answered): may now be null"),
    (answered_type, "Thing.name (answered): may now be integer"),
    (answer_not_always_there, "Thing.kind (answered): no longer always there"),
    (other_status, "thing_make 201: answer removed"),
]


@pytest.mark.parametrize(("alter", "line"), BREAKING, ids=lambda one: getattr(one, "__name__", ""))
def test_what_breaks_a_client_is_found(alter: Callable[[Document], None], line: str) -> None:
    new = copy.deepcopy(OLD)
    alter(new)
    assert line in [one.line for one in changes(OLD, new) if one.breaking]


def test_what_only_adds_breaks_nobody() -> None:
    new = copy.deepcopy(OLD)
    field(new, "Thing")["place"] = {"type": "string"}
    field(new, "Thing")["kind"]["enum"].append("c")
    field(new, "NewThing")["kind"]["enum"].append("c")
    field(new, "NewThing")["place"] = {"type": "string"}
    field(new, "NewThing")["name"]["maxLength"] = 80
    operation(new, "get")["parameters"].append({"name": "year", "in": "query", "schema": {"type": "integer"}})
    operation(new, "get") | {"description": "other words"}
    new["paths"]["/api/v1/others"] = {"get": operation(new, "get") | {"operationId": "other_list"}}
    found = changes(OLD, new)
    assert len(found) == 7
    assert not [one for one in found if one.breaking]
    assert changes(OLD, copy.deepcopy(OLD)) == []


def test_the_public_api_breaks_nobody_who_relied_on_the_last_release() -> None:
    found = changes(released.read(released.last()), openapi.merged(openapi.FOLDER))
    breaking = {one.line for one in found if one.breaking}
    reasons = page.approved()
    assert breaking - set(reasons) == set(), "approve them with a reason in docs/openapi/approved-changes.csv, or undo"
    assert set(reasons) - breaking == set(), "these rows approve what did not happen"
    assert all(len(reason) > 10 for reason in reasons.values())


def test_the_page_of_changes_is_what_the_contracts_say() -> None:
    found = changes(released.read(released.last()), openapi.merged(openapi.FOLDER))
    text = page.text(released.version(released.last()), found, page.approved())
    assert page.PAGE.read_text(encoding="utf-8") == text, "run `make openapi` and read the difference"


def test_a_release_is_kept_once_without_its_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(released, "FOLDER", tmp_path)
    document = {"paths": {}, "info": {"title": "x"}, "components": {"schemas": {"A": {
        "description": "words", "properties": {"title": {"type": "string"}, "description": {"type": "string"}},
    }}}}  # fmt: skip
    released.keep(document, "9.0.0")
    path = released.keep(document, "10.0.0")
    assert released.last() == path
    fields = released.read(path)["components"]["schemas"]["A"]
    assert fields == {"properties": {"title": {"type": "string"}, "description": {"type": "string"}}}
    with pytest.raises(FileExistsError):
        released.keep(document, "9.0.0")


def test_the_page_shows_breaks_with_their_reasons() -> None:
    new = copy.deepcopy(OLD)
    removed_sent_field(new)
    found = changes(OLD, new)
    text = page.text("1.0.0", found, {"NewThing.born_on (sent): removed": "never was used"})
    assert "- `NewThing.born_on (sent): removed`: never was used" in text
    assert "**not approved**" in page.text("1.0.0", found, {})
