"""The words of the public document that ship with the service: data/catalogue."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from services.gateway.domain.catalogue_words import Term, Words
from services.gateway.storage.data_files import FOLDER, role_book, rows

SERVICES = ("registry", "projects", "funds", "gateway")
EXAMPLES = FOLDER / "catalogue" / "examples.json"
PROBLEM_CODES = "problem-codes.json"
"""File beside the services' documents: codes of refusals by operationId."""


def words(folder: Path) -> Words:
    """Every word there is. `folder` holds the services' documents."""
    codes = folder / PROBLEM_CODES
    return Words(
        operations={row["operation_id"]: _term(row) for name in SERVICES for row in _rows(f"operations_{name}")},
        tags={f"{row['service']}: {row['tag']}": _term(row) for row in _rows("tags")},
        parameters={row["name"]: _term(row) for row in _rows("parameters")},
        permissions={row["code"]: _term(row) for row in rows("permissions")},
        roles=_roles_by_permission(),
        problems=json.loads(codes.read_text(encoding="utf-8")) if codes.is_file() else {},
        examples=examples(),
    )


def examples() -> dict[str, dict[str, Any]]:
    """Requests and answers by operationId, in the order they build upon each other."""
    if not EXAMPLES.is_file():
        return {}
    found: dict[str, dict[str, Any]] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    return found


def _rows(name: str) -> list[dict[str, str]]:
    return list(rows(f"catalogue/{name}"))


def _term(row: dict[str, str]) -> Term:
    return Term(row["zh"], row["en"])


def _roles_by_permission() -> dict[str, list[str]]:
    book = role_book()
    found: dict[str, list[str]] = defaultdict(list)
    for code, row in book.roles.items():
        for permission in book.permissions.get(code, ()):
            found[permission].append(row.zh)
    return dict(found)
