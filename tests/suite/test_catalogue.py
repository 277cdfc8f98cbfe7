"""The public document: valid OpenAPI 3.1, nothing without words, nothing a generator stumbles over."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator.schemas import openapi_v31_schema_validator

from deploy import openapi, problem_codes
from services.gateway.api.forward import KEYLESS
from services.gateway.domain.catalogue_answers import NO_KEY
from services.gateway.domain.catalogue_words import Words
from services.gateway.storage import catalogue_files

Document = dict[str, Any]

CHINESE = re.compile("[\u4e00-\u9fff]")


@pytest.fixture(scope="module")
def document() -> Document:
    return openapi.merged(openapi.FOLDER)


@pytest.fixture(scope="module")
def words() -> Words:
    return catalogue_files.words(openapi.FOLDER)


def operations(document: Document) -> Iterator[tuple[str, str, Document]]:
    for path, item in document["paths"].items():
        for verb, operation in item.items():
            yield path, verb, operation


def test_it_is_valid_openapi_3_1(document: Document) -> None:
    faults = [f"{list(fault.absolute_path)}: {fault.message[:200]}" for fault in errors(document)]
    assert faults == []
    broken = document | {"paths": {"/x": {"get": {"parameters": [{"name": "a"}]}}}}
    assert next(errors(broken), None) is not None


def errors(document: Document) -> Iterator[Any]:
    return iter(openapi_v31_schema_validator.iter_errors(document))


def test_every_reference_leads_somewhere(document: Document) -> None:
    kinds = {kind: set(found) for kind, found in document["components"].items()}
    seen = 0
    for reference in references(document):
        kind, name = reference.removeprefix("#/components/").split("/")
        assert name in kinds[kind], reference
        seen += 1
    assert seen > 2_000


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def test_every_operation_has_its_words_and_every_row_its_operation(document: Document, words: Words) -> None:
    names = {operation["operationId"] for _, _, operation in operations(document)}
    assert names - set(words.operations) == set(), "give them a row in services/gateway/data/catalogue/operations_*.csv"
    assert set(words.operations) - names == set(), "rows without an operation"
    for _, _, operation in operations(document):
        zh, _, en = operation["summary"].partition(" / ")
        assert CHINESE.search(zh), operation["operationId"]
        assert en[0].isupper(), operation["operationId"]
        assert not CHINESE.search(en), operation["operationId"]
        assert len(operation["summary"]) < 130, operation["operationId"]
    twice = [text for text, count in Counter(term.zh for term in words.operations.values()).items() if count > 1]
    assert twice == []


def test_every_tag_and_every_parameter_has_its_words(document: Document) -> None:
    assert [tag["name"] for tag in document["tags"] if not CHINESE.search(tag.get("description", ""))] == []
    bare = {
        parameter["name"]
        for _, _, operation in operations(document)
        for parameter in operation.get("parameters", [])
        if "$ref" not in parameter and not parameter.get("description")
    }
    assert bare == set(), "give them a row in services/gateway/data/catalogue/parameters.csv"


def test_who_may_call_is_said_in_words(document: Document) -> None:
    for path, _, operation in operations(document):
        if operation["security"]:
            assert f"`{operation['x-permission']}`" in operation["description"]
        else:
            assert "无需登录" in operation["description"]
            assert path.startswith("/api/v1/public/") or operation["operationId"] == "token_create"


def test_every_refusal_is_a_problem_in_the_one_media_type(document: Document) -> None:
    for _, _, operation in operations(document):
        refused = {status: answer for status, answer in operation["responses"].items() if int(status) >= 400}
        assert {"400", "429", "503", "504"} <= set(refused)
        assert bool(operation["security"]) == ({"401", "403"} <= set(refused)) or "token" in operation["operationId"]
        for answer in refused.values():
            assert "$ref" in answer or list(answer["content"]) == ["application/problem+json"]


def test_the_codes_of_refusals_are_those_the_code_raises() -> None:
    committed = json.loads((openapi.FOLDER / catalogue_files.PROBLEM_CODES).read_text(encoding="utf-8"))
    found = problem_codes.derived()
    assert committed == found, "run `make openapi` and read the difference"
    assert "projects.performance_targets_missing" in found["project_submit"]
    assert "registry.quorum_missed" in found["identification_record_meeting"]
    assert "registry.quorum_missed" not in found["household_open"]
    assert len(found) > 200


def test_names_are_names_in_every_language(document: Document) -> None:
    schemas = document["components"]["schemas"]
    assert [name for name in schemas if not re.fullmatch(r"[A-Z][A-Za-z0-9]*", name)] == []
    assert not [name for name in schemas if name.startswith(("Page", "Body"))]
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    assert [name for name in ids if not re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", name)] == []


def test_a_parameter_is_never_null_and_a_file_is_a_file(document: Document) -> None:
    for _, _, operation in operations(document):
        for parameter in operation.get("parameters", []):
            assert {"type": "null"} not in parameter.get("schema", {}).get("anyOf", [])
        for media, body in operation.get("requestBody", {}).get("content", {}).items():
            if media == "multipart/form-data":
                form = body["schema"]
                whole = document["components"]["schemas"].get(form.get("$ref", "").rsplit("/", 1)[-1], form)
                assert '"format": "binary"' in json.dumps(whole), operation["operationId"]


def test_addresses_whose_key_is_dropped_offer_none() -> None:
    assert set(NO_KEY) == set(KEYLESS)


def test_every_example_fits_its_schema(document: Document) -> None:
    checked = 0
    for _, _, operation in operations(document):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in (media for body in bodies for media in body.get("content", {}).values()):
            if "example" in content:
                schema = content["schema"] | {"components": document["components"]}
                OAS31Validator(schema).validate(content["example"])
                checked += 1
    assert checked >= 50
