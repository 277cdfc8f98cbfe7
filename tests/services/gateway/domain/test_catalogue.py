"""One document out of several: nothing internal, no name twice, the anonymous marked."""

from __future__ import annotations

import json
from typing import Any

from services.gateway.domain.catalogue import merge


def operation(name: str, permission: str, schema: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {
        "operationId": name,
        "x-permission": permission,
        "tags": ["things"],
        "responses": {"200": {"description": "", "content": content}},
    }


def reference(name: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/components/schemas/{name}"}}


REGISTRY = {
    "paths": {
        "/api/v1/registry/things": {"get": operation("thing_list", "thing.read", "Page")},
        "/internal/things": {"get": operation("internal_thing_get", "service:funds", "Hidden")},
    },
    "components": {
        "schemas": {
            "Page": reference("Thing"),
            "Thing": {"type": "string"},
            "Problem": {"type": "object"},
            "Hidden": {"type": "null"},
        }
    },
}
FUNDS = {
    "paths": {
        "/api/v1/funds/things": {"get": operation("thing_list", "thing.read", "Page")},
        "/api/v1/public/funds/things": {"get": operation("public_thing_list", "public.read", "Problem")},
    },
    "components": {
        "schemas": {"Page": reference("Thing"), "Thing": {"type": "integer"}, "Problem": {"type": "object"}}
    },
}


def test_internal_operations_and_their_words_stay_inside() -> None:
    document, _ = merge({"registry": REGISTRY, "funds": FUNDS})
    assert "internal" not in json.dumps(document)
    assert "Hidden" not in document["components"]["schemas"]


def test_words_of_two_meanings_are_told_apart_also_where_they_only_refer_to_such() -> None:
    document, _ = merge({"registry": REGISTRY, "funds": FUNDS})
    schemas = document["components"]["schemas"]
    assert set(schemas) == {"RegistryPage", "RegistryThing", "FundsPage", "FundsThing", "Problem"}
    assert schemas["FundsPage"]["items"]["$ref"] == "#/components/schemas/FundsThing"
    assert schemas["RegistryThing"] == {"type": "string"}
    whole = json.dumps(document)
    for name in set(json.loads(json.dumps(schemas))):
        assert f"#/components/schemas/{name}" in whole


def test_an_operation_id_used_twice_is_told_and_made_unique() -> None:
    document, repeated = merge({"registry": REGISTRY, "funds": FUNDS})
    assert repeated == ["thing_list"]
    ids = [item["get"]["operationId"] for item in document["paths"].values()]
    assert sorted(ids) == ["funds_thing_list", "public_thing_list", "registry_thing_list"]


def test_only_public_operations_are_open() -> None:
    document, _ = merge({"funds": FUNDS})
    assert document["paths"]["/api/v1/public/funds/things"]["get"]["security"] == []
    assert document["paths"]["/api/v1/funds/things"]["get"]["security"] == [{"signIn": []}, {"accessToken": []}]
    assert {tag["name"] for tag in document["tags"]} == {"funds: things"}


def test_the_documents_given_are_left_as_they_were() -> None:
    before = json.dumps([REGISTRY, FUNDS])
    merge({"registry": REGISTRY, "funds": FUNDS})
    assert json.dumps([REGISTRY, FUNDS]) == before
