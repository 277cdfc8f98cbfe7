"""One OpenAPI document out of the services' own: public operations only, one way to sign in, no name twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from services.gateway.domain import catalogue_answers as answers
from services.gateway.domain.catalogue_schemas import (
    REFERENCE,
    readable_names,
    tidy,
    with_references,
    without_null,
)
from services.gateway.domain.catalogue_words import Words, tags_of, tell

Document = dict[str, Any]

VERBS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
ANONYMOUS = "public"
"""The permission of an operation that needs none."""
OPEN = "/api/v1/public/"
"""Below it everybody may ask."""
DESCRIPTION = """扶贫对象、项目与资金管理的全部公开接口。金额为整数,以分为单位,字段以 `_fen` 结尾;比率为十进制文本;
日期为北京时间的日历日;凡不在管辖范围内的,一律按不存在(404)答复。对接说明见 [/docs/integrating](/docs/integrating)。

The whole public API. Money is a whole number of fen; rates are decimal text; days are those of Asia/Shanghai;
what lies outside your scope is answered as absent (404). How to integrate: [/docs/integrating](/docs/integrating)."""
SECURITY_SCHEMES: Document = {
    "signIn": {
        "type": "oauth2",
        "description": "人员以用户名、密码登录;部门系统以客户端标识、密钥登录 / people sign in with a password,"
        " machines with client credentials",
        "flows": {
            "password": {
                "tokenUrl": "/api/v1/auth/token",
                "refreshUrl": "/api/v1/auth/token",
                "scopes": {},
            },
            "clientCredentials": {"tokenUrl": "/api/v1/auth/token", "scopes": {}},
        },
    },
    "accessToken": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "`Authorization: Bearer <access_token>`",
    },
}


def merge(documents: Mapping[str, Document], words: Words | None = None) -> tuple[Document, list[str]]:
    """The public document of the whole suite and the operationIds that had to be renamed. Keys are service names."""
    readable = {service: _readable(document) for service, document in documents.items()}
    clashing = _clashing(readable)
    paths: Document = {}
    schemas: Document = {}
    for service, document in readable.items():
        renamed = {name: service.capitalize() + name for name in clashing if name in _schemas(document)}
        for path, item in document.get("paths", {}).items():
            if not path.startswith("/internal"):
                paths[path] = _item(service, path, item, renamed)
        for name, schema in _schemas(document).items():
            schemas[renamed.get(name, name)] = with_references(schema, renamed)
    repeated = _make_unique(paths)
    _complete(paths, words or Words())
    used = {tag for _, _, operation in _operations(paths) for tag in operation["tags"]}
    components = _components(paths, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Lika 立卡公开接口", "version": "1.0.0", "description": DESCRIPTION},
        "servers": [{"url": "/", "description": "本机统一入口 / this gateway"}],
        "tags": tags_of(used, words or Words()),
        "paths": dict(sorted(paths.items())),
        "components": components,
    }, repeated


def _readable(document: Document) -> Document:
    """The document with component names that read and schemas without noise."""
    renamed = readable_names(_schemas(document))
    named: Document = with_references(document, renamed)
    schemas = {renamed.get(name, name): tidy(schema) for name, schema in _schemas(named).items()}
    return named | {"components": named.get("components", {}) | {"schemas": schemas}}


def _components(paths: Document, schemas: Document) -> Document:
    """What the operations refer to, directly or not. Refusals stand once each."""
    refused = answers.responses() if "Problem" in schemas else {}
    schemas = _reachable({"paths": paths, "refused": refused}, schemas)
    return {
        "schemas": dict(sorted(schemas.items())),
        "parameters": answers.parameters(),
        "headers": answers.headers(),
        "responses": refused,
        "securitySchemes": SECURITY_SCHEMES,
    }


def _schemas(document: Document) -> Document:
    found: Document = document.get("components", {}).get("schemas", {})
    return found


def _clashing(documents: Mapping[str, Document]) -> set[str]:
    """Component names that mean different things in different services, directly or by what they refer to."""
    spellings: dict[str, set[str]] = {}
    owners: Counter[str] = Counter()
    for document in documents.values():
        for name, schema in _schemas(document).items():
            spellings.setdefault(name, set()).add(json.dumps(schema, sort_keys=True))
            owners[name] += 1
    clashing = {name for name, forms in spellings.items() if len(forms) > 1}
    grown = True
    while grown:
        more = {
            name
            for name, forms in spellings.items()
            if name not in clashing and owners[name] > 1 and any(_mentions(form, clashing) for form in forms)
        }
        clashing |= more
        grown = bool(more)
    return clashing


def _mentions(form: str, names: set[str]) -> bool:
    return any(f'"{REFERENCE}{name}"' in form for name in names)


def _item(service: str, path: str, item: Document, renamed: Mapping[str, str]) -> Document:
    """One path: tags tell the service, security tells who may call."""
    changed: Document = with_references(item, renamed)
    for verb in VERBS:
        operation = changed.get(verb)
        if operation is None:
            continue
        operation["tags"] = [f"{service}: {tag}" for tag in operation.get("tags", ["general"])]
        anonymous = operation.get("x-permission") == ANONYMOUS or path.startswith(OPEN)
        operation["security"] = [] if anonymous else [{"signIn": []}, {"accessToken": []}]
    return changed


def _complete(paths: Document, words: Words) -> None:
    """Give every operation its parameters' types, shared headers, refusals and words."""
    versioned = {path for path, _, operation in _operations(paths) if _edits(operation)}
    for path, verb, operation in _operations(paths):
        for parameter in operation.get("parameters", []):
            if "schema" in parameter:
                parameter["schema"] = without_null(tidy(parameter["schema"]))
        for answer in operation.get("responses", {}).values():
            for media in answer.get("content", {}).values():
                if "schema" in media:
                    media["schema"] = tidy(media["schema"])
        answers.complete(verb, path, operation, path in versioned)
        tell(operation, words)


def _edits(operation: Document) -> bool:
    return any(parameter.get("name", "").lower() == "if-match" for parameter in operation.get("parameters", []))


def _operations(paths: Document) -> list[tuple[str, str, Document]]:
    return [(path, verb, item[verb]) for path, item in paths.items() for verb in VERBS if verb in item]


def _make_unique(paths: Document) -> list[str]:
    """Rename operationIds used more than once by their service; returns the ids that were repeated."""
    counts = Counter(operation.get("operationId") for _, _, operation in _operations(paths))
    repeated = sorted(name for name, count in counts.items() if name and count > 1)
    for _, _, operation in _operations(paths):
        if operation.get("operationId") in repeated:
            service = operation["tags"][0].split(":")[0]
            operation["operationId"] = f"{service}_{operation['operationId']}"
    return repeated


def _reachable(places: Document, schemas: Document) -> Document:
    """The schemas something public refers to; the words of internal operations stay inside."""
    wanted: Document = {}
    waiting = _references(places)
    while waiting:
        name = waiting.pop()
        if name in schemas and name not in wanted:
            wanted[name] = schemas[name]
            waiting |= _references(schemas[name])
    return wanted


def _references(value: Any) -> set[str]:
    if isinstance(value, dict):
        own = value.get("$ref")
        found = {own.removeprefix(REFERENCE)} if isinstance(own, str) and own.startswith(REFERENCE) else set()
        return found.union(*(_references(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*map(_references, value))
    return set()
