"""Which personal fields an answer can hold, worked out from its shape and the one list of them.

A route cannot forget to say that it shows people. What has no shape, such as a file, says it by `audit.shows_people`.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel

LIST = Path(__file__).resolve().parents[1] / "schemas" / "personal_fields.csv"


@cache
def _listed() -> dict[tuple[str, str], bool]:
    """(field, model or empty for any) → whether it is personal."""
    with LIST.open(encoding="utf-8", newline="") as file:
        return {(row["field"], row["model"]): row["personal"] == "yes" for row in csv.DictReader(file)}


def is_personal(field: str, model: str) -> bool:
    """Whether this field of this model tells something of a person. What is said of the model goes first."""
    listed = _listed()
    return listed.get((field, model), listed.get((field, ""), False))


def fields_of(answer: Any) -> tuple[str, ...]:
    """The personal fields an answer of this type can hold, sorted; none for one without a shape."""
    found: set[str] = set()
    _collect(answer, found, set())
    return tuple(sorted(found))


def _collect(kind: Any, found: set[str], seen: set[Any]) -> None:
    for part in get_args(kind):
        _collect(part, found, seen)
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)) or kind in seen:
        return
    seen.add(kind)
    for name, field in kind.model_fields.items():
        if is_personal(name, kind.__name__):
            found.add(name)
        _collect(field.annotation, found, seen)
