"""Component schemas as generators of clients want them: names that read, no noise, files that are files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Document = dict[str, Any]

REFERENCE = "#/components/schemas/"
_PAGE = re.compile(r"Page_(\w+?)_")
_MODULE = re.compile(r"shared__schemas__[a-z]+_(\w+)__(\w+)")
"""How one of two classes of the same name is told apart: by its module."""
_MAPS = ("properties", "patternProperties", "$defs", "mapping")
"""Members whose keys are names somebody chose, so that `title` may be a field there."""
_AS_THEY_ARE = ("example", "examples", "default", "const", "enum")


def readable_names(schemas: Mapping[str, Any]) -> dict[str, str]:
    """New names by present ones: `Page_Household_` → `HouseholdPage`, `Plan-Output` → `Plan`, `Plan-Input` →
    `PlanInput`, `Body_import_create` → `ImportCreateForm`. A name that is taken stays as it is but for its signs."""
    found: dict[str, str] = {}
    taken = set(schemas)
    for name in schemas:
        wanted = _readable(name)
        if wanted != name and wanted in taken:
            wanted = re.sub(r"\W", "", name)
        found[name] = wanted
        taken.add(wanted)
    return {old: new for old, new in found.items() if old != new}


def _readable(name: str) -> str:
    page = _PAGE.fullmatch(name)
    if page:
        return f"{page[1]}Page"
    module = _MODULE.fullmatch(name)
    if module:
        return _joined(module[1]) + module[2]
    if name.startswith("Body_"):
        return _joined(name.removeprefix("Body_")) + "Form"
    return re.sub(r"\W", "", name.removesuffix("-Output").replace("-Input", "Input"))


def _joined(words: str) -> str:
    return "".join(word.capitalize() for word in words.split("_"))


def with_references(value: Any, renamed: Mapping[str, str]) -> Any:
    """A copy whose references, discriminators included, use the new names."""
    if isinstance(value, dict):
        return {key: with_references(inner, renamed) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_references(inner, renamed) for inner in value]
    if isinstance(value, str) and value.startswith(REFERENCE):
        name = value.removeprefix(REFERENCE)
        return REFERENCE + renamed.get(name, name)
    return value


def tidy(schema: Any, *, names: bool = False) -> Any:
    """A schema without the titles made from field names; a file in a form is `format: binary`.
    `names` says that the keys are names of fields."""
    if isinstance(schema, list):
        return [tidy(inner) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if not names and schema.get("contentMediaType") == "application/octet-stream":
        return {"type": "string", "format": "binary"}
    return {
        key: inner if key in _AS_THEY_ARE and not names else tidy(inner, names=key in _MAPS and not names)
        for key, inner in schema.items()
        if names or key != "title" or not isinstance(inner, str)
    }


def without_null(schema: Document) -> Document:
    """The schema of a parameter: one in an address or a header is there or not there, never null."""
    options = schema.get("anyOf")
    if not isinstance(options, list):
        return {key: value for key, value in schema.items() if key != "default" or value is not None}
    given = [option for option in options if option != {"type": "null"}]
    rest = {key: value for key, value in schema.items() if key != "anyOf" and (key != "default" or value is not None)}
    return {**given[0], **rest} if len(given) == 1 else {"anyOf": given, **rest}
