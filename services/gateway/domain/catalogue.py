"""One OpenAPI document out of the services' own: public operations only, one way to sign in, no name twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]

REFERENCE = "#/components/schemas/"
VERBS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
ANONYMOUS = ("public", "public.read")
SECURITY_SCHEMES: Document = {
    "signIn": {
        "type": "oauth2",
        "description": "人员以用户名、密码登录;部门系统以客户端标识、密钥登录",
        "flows": {
            "password": {
                "tokenUrl": "/api/v1/auth/token",
                "refreshUrl": "/api/v1/auth/token",
                "scopes": {},
            },
            "clientCredentials": {"tokenUrl": "/api/v1/auth/token", "scopes": {}},
        },
    },
    "accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
}


def merge(documents: Mapping[str, Document]) -> tuple[Document, list[str]]:
    """The public document of the whole suite and the operationIds that had to be renamed. Keys are service names."""
    clashing = _clashing(documents)
    paths: Document = {}
    schemas: Document = {}
    tags: list[Document] = []
    for service, document in documents.items():
        renamed = {name: service.capitalize() + name for name in clashing if name in _schemas(document)}
        for path, item in document.get("paths", {}).items():
            if not path.startswith("/internal"):
                paths[path] = _item(service, item, renamed)
        for name, schema in _schemas(document).items():
            schemas[renamed.get(name, name)] = _with_references(schema, renamed)
    repeated = _make_unique(paths)
    used = sorted({tag for _, operation in _operations(paths) for tag in operation["tags"]})
    tags = [{"name": name} for name in used]
    schemas = _reachable(paths, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Lika 立卡公开接口",
            "version": "1.0.0",
            "description": "扶贫对象、项目与资金管理的全部公开接口。金额以分为单位,日期为北京时间的日历日。",
        },
        "servers": [{"url": "/"}],
        "tags": tags,
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": dict(sorted(schemas.items())), "securitySchemes": SECURITY_SCHEMES},
    }, repeated


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


def _item(service: str, item: Document, renamed: Mapping[str, str]) -> Document:
    """One path: tags tell the service, security tells who may call."""
    changed: Document = _with_references(item, renamed)
    for verb in VERBS:
        operation = changed.get(verb)
        if operation is None:
            continue
        operation["tags"] = [f"{service}: {tag}" for tag in operation.get("tags", ["general"])]
        anonymous = operation.get("x-permission") in ANONYMOUS
        operation["security"] = [] if anonymous else [{"signIn": []}, {"accessToken": []}]
    return changed


def _with_references(value: Any, renamed: Mapping[str, str]) -> Any:
    """A copy whose references use the new names."""
    if isinstance(value, dict):
        copied = {key: _with_references(inner, renamed) for key, inner in value.items()}
        reference = copied.get("$ref")
        if isinstance(reference, str) and reference.startswith(REFERENCE):
            name = reference.removeprefix(REFERENCE)
            copied["$ref"] = REFERENCE + renamed.get(name, name)
        return copied
    if isinstance(value, list):
        return [_with_references(inner, renamed) for inner in value]
    return value


def _operations(paths: Document) -> list[tuple[str, Document]]:
    return [(path, item[verb]) for path, item in paths.items() for verb in VERBS if verb in item]


def _make_unique(paths: Document) -> list[str]:
    """Rename operationIds used more than once by their service; returns the ids that were repeated."""
    counts = Counter(operation.get("operationId") for _, operation in _operations(paths))
    repeated = sorted(name for name, count in counts.items() if name and count > 1)
    for _, operation in _operations(paths):
        if operation.get("operationId") in repeated:
            service = operation["tags"][0].split(":")[0]
            operation["operationId"] = f"{service}_{operation['operationId']}"
    return repeated


def _reachable(paths: Document, schemas: Document) -> Document:
    """The schemas some public operation refers to; the words of internal operations stay inside."""
    wanted: Document = {}
    waiting = _references(paths)
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
