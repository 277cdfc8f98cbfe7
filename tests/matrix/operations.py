"""Operations as the services declare them in their OpenAPI documents, and the roles that may call them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import FastAPI
from fastapi.routing import APIRoute

from tests.support.harness import Harness

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "services" / "gateway" / "data"
PUBLIC = "public"
NAMES = frozenset({"code_list", "kind", "name", "year"})
"""Path parameters that name a word of a vocabulary or a year, not somebody's object."""


@dataclass(frozen=True)
class Operation:
    """One operation of a service."""

    id: str
    method: str
    path: str
    permission: str
    reads_only: bool
    needs_key: bool

    @property
    def pattern(self) -> re.Pattern[str]:
        return _pattern(self.path)

    @property
    def ids(self) -> list[str]:
        """Path parameters that name an object."""
        return [name for name in re.findall(r"\{(\w+)\}", self.path) if name not in NAMES]

    @property
    def internal(self) -> bool:
        return self.permission.startswith("service:")

    @property
    def writes(self) -> bool:
        return self.method != "GET" and not self.reads_only


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))


_KNOWN: dict[str, list[Operation]] = {}


def operations(harness: Harness) -> list[Operation]:
    """Everything the service declares; the same as its OpenAPI document says, without the time to write one."""
    if harness.service not in _KNOWN:
        found = [_of(route) for route in api_routes(harness.fastapi) if route.include_in_schema]
        _KNOWN[harness.service] = found
    return _KNOWN[harness.service]


def api_routes(app: FastAPI) -> Iterator[APIRoute]:
    """The routes of an application and of the routers it includes."""
    for route in app.routes:
        inner = getattr(route, "original_router", None)
        for one in [route] if inner is None else inner.routes:
            if isinstance(one, APIRoute):
                yield one


def _of(route: APIRoute) -> Operation:
    declared = route.openapi_extra or {}
    return Operation(
        str(route.operation_id),
        min(route.methods or ()),
        route.path,
        declared["x-permission"],
        declared.get("x-reads-only", False),
        declared.get("x-idempotency-key") == "required",
    )


def operation_at(harness: Harness, method: str, path: str) -> Operation | None:
    """What a request asks for; a literal segment goes before a parameter."""
    found = [one for one in operations(harness) if one.method == method and one.pattern.fullmatch(path)]
    return min(found, key=lambda one: one.path.count("{"), default=None)


@cache
def roles() -> dict[str, frozenset[str]]:
    """Permissions by role, as the gateway gives them."""
    held: dict[str, set[str]] = {}
    with (DATA / "roles.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            held[row["code"]] = set()
    with (DATA / "role_permissions.csv").open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            held.setdefault(row["role"], set()).add(row["permission"])
    return {role: frozenset(permissions) for role, permissions in held.items()}


def every_permission() -> frozenset[str]:
    return frozenset().union(*roles().values())
