"""One document out of several: nothing internal, no name twice, the anonymous marked."""

from __future__ import annotations

import json
from typing import Any

from services.gateway.domain.catalogue import merge
from services.gateway.domain.catalogue_schemas import readable_names, tidy, with_references, without_null
from services.gateway.domain.catalogue_words import Term, Words
from services.gateway.domain.plain_page import html_of


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


def test_types_are_named_for_people_who_program() -> None:
    names = ["Page_Thing_", "Plan-Input", "Plan-Output", "Body_thing_make", "Kept-Output", "Kept",
             "shared__schemas__registry_households__Notice"]  # fmt: skip
    assert readable_names(dict.fromkeys(names)) == {
        "Page_Thing_": "ThingPage",
        "Plan-Input": "PlanInput",
        "Plan-Output": "Plan",
        "Body_thing_make": "ThingMakeForm",
        "Kept-Output": "KeptOutput",
        "shared__schemas__registry_households__Notice": "HouseholdsNotice",
    }
    mapping = {"discriminator": {"mapping": {"a": "#/components/schemas/Plan-Input"}}}
    assert "schemas/PlanInput" in json.dumps(with_references(mapping, {"Plan-Input": "PlanInput"}))


def test_noise_goes_and_a_field_called_title_stays() -> None:
    schema = {"title": "Thing", "properties": {"title": {"title": "Title", "type": "string"}}}
    assert tidy(schema) == {"properties": {"title": {"type": "string"}}}
    file = {"contentMediaType": "application/octet-stream", "type": "string", "title": "File"}
    assert tidy({"properties": {"file": file}}) == {"properties": {"file": {"type": "string", "format": "binary"}}}
    assert without_null({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}], "default": None}) == {
        "type": "integer",
        "minimum": 1,
    }


def test_every_operation_says_how_it_refuses_and_that_it_may_be_sent_again() -> None:
    write = operation("thing_make", "thing.write", "Thing") | {
        "x-idempotency-key": "required",
        "parameters": [{"name": "if-match", "in": "header", "schema": {"type": "string"}}],
        "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
    }
    service = {"paths": {"/api/v1/registry/things": {"post": write}}, "components": REGISTRY["components"]}
    document, _ = merge({"registry": service})
    made = document["paths"]["/api/v1/registry/things"]["post"]
    statuses = {"200", "400", "401", "403", "404", "409", "412", "413", "415", "422", "428", "429", "503", "504"}
    assert set(made["responses"]) == statuses
    assert made["responses"]["422"] == {"$ref": "#/components/responses/Problem422"}
    assert {"$ref": "#/components/parameters/RequiredIdempotencyKey"} in made["parameters"]
    assert document["components"]["parameters"]["RequiredIdempotencyKey"]["required"] is True


def test_words_are_put_where_people_read_them() -> None:
    words = Words(
        operations={"thing_list": Term("列出事物", "List things")},
        tags={"registry: things": Term("事物", "Things")},
        roles={"thing.read": ["经办人员"]},
        permissions={"thing.read": Term("查看事物", "Read things")},
        problems={"thing_list": ["registry.thing_gone"]},
        examples={"thing_list": {"status": 200, "response": [1]}},
    )
    document, _ = merge({"registry": REGISTRY}, words)
    told = document["paths"]["/api/v1/registry/things"]["get"]
    assert told["summary"] == "列出事物 / List things"
    for part in ("List things.", "`thing.read` 查看事物 / Read things", "经办人员", "`registry.thing_gone`"):
        assert part in told["description"]
    assert told["responses"]["200"]["content"]["application/json"]["example"] == [1]
    assert document["tags"] == [
        {"name": "registry: things", "description": "事物 / Things", "x-displayName": "事物"}
    ]  # fmt: skip


def test_a_page_is_written_as_html_and_nothing_in_it_is_believed() -> None:
    page = html_of("# A <b>\n\nWords `x < y` [out](https://e.example) [in](/docs).\n\n```sh\ncurl <a>\n```\n", "T")
    assert "<h1>A &lt;b&gt;</h1>" in page
    assert '<code>x &lt; y</code> out <a href="/docs">in</a>' in page
    assert "<pre><code>curl &lt;a&gt;\n</code></pre>" in page
    assert "e.example" not in page
