"""Compares two schemas as what is sent or as what is answered: the two break clients in opposite ways.

Sent: what was accepted must stay accepted. Answered: what was promised must stay promised.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from deploy.api_changes.change import Change

Document = dict[str, Any]
Way = Literal["sent", "answered"]

REFERENCE = "#/components/schemas/"
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems")


class Schemas:
    """Compares schemas of two documents; a component that many operations share is compared once each way."""

    def __init__(self, old: Document, new: Document) -> None:
        self._old = old.get("components", {}).get("schemas", {})
        self._new = new.get("components", {}).get("schemas", {})
        self._seen: set[tuple[str, str, Way]] = set()

    def compare(self, old: Document, new: Document, way: Way, place: str) -> Iterator[Change]:
        """Every difference below `place`."""
        name, renamed = _name(old), _name(new)
        if name and renamed:
            if (name, renamed, way) in self._seen:
                return
            self._seen.add((name, renamed, way))
            place = renamed
            if name != renamed:
                yield Change(place, "changed", f"the type was named {name}", False)
        old, new = self._whole(old, self._old), self._whole(new, self._new)
        old_kinds, new_kinds = self._kinds(old, self._old), self._kinds(new, self._new)
        told = f"{place} ({way})"
        lost, won = set(old_kinds) - set(new_kinds), set(new_kinds) - set(old_kinds)
        if lost:
            yield Change(told, "changed", f"no longer {_listed(lost)}", way == "sent" or not new_kinds)
        if won:
            yield Change(told, "changed", f"may now be {_listed(won)}", way == "answered")
        for kind in sorted(set(old_kinds) & set(new_kinds)):
            yield from self._same_kind(old_kinds[kind], new_kinds[kind], way, place)

    def _whole(self, schema: Document, schemas: Document) -> Document:
        name = _name(schema)
        found: Document = schemas.get(name, {}) if name else schema
        return found

    def _kinds(self, schema: Document, schemas: Document) -> dict[str, Document]:
        """What a value may be: `string`, `string date`, `null`, or an object by the name of its component."""
        options = schema.get("anyOf") or schema.get("oneOf")
        if isinstance(options, list):
            found: dict[str, Document] = {}
            for option in options:
                whole = self._whole(option, schemas)
                if "anyOf" in whole or "oneOf" in whole:
                    found |= self._kinds(whole, schemas)
                else:
                    key = _name(option) if _is_object(whole) and _objects(options, self, schemas) > 1 else _kind(whole)
                    found[key] = option if _name(option) else whole
            return found
        types = schema.get("type")
        if isinstance(types, list):
            return {str(one): schema | {"type": one} for one in types}
        return {_kind(schema): schema}

    def _same_kind(self, old: Document, new: Document, way: Way, place: str) -> Iterator[Change]:
        if _name(old) or _name(new):
            yield from self.compare(old, new, way, place)
            return
        told = f"{place} ({way})"
        yield from _values(old, new, way, told)
        if way == "sent":
            yield from _bounds(old, new, told)
        if "items" in old or "items" in new:
            yield from self.compare(old.get("items", {}), new.get("items", {}), way, f"{place}[]")
        yield from self._fields(old, new, way, place)

    def _fields(self, old: Document, new: Document, way: Way, place: str) -> Iterator[Change]:
        before, after = old.get("properties", {}), new.get("properties", {})
        needed_before, needed_after = set(old.get("required", ())), set(new.get("required", ()))
        for name in sorted(set(before) | set(after)):
            told = f"{place}.{name} ({way})"
            if name not in after:
                yield Change(told, "removed", "removed", True)
            elif name not in before:
                needed = way == "sent" and name in needed_after
                yield Change(told, "added", "new and required" if needed else "new", needed)
            else:
                if way == "sent" and name in needed_after - needed_before:
                    yield Change(told, "changed", "now required", True)
                if way == "answered" and name in needed_before - needed_after:
                    yield Change(told, "changed", "no longer always there", True)
                yield from self.compare(before[name], after[name], way, f"{place}.{name}")


def _objects(options: list[Document], schemas: Schemas, known: Document) -> int:
    return sum(_is_object(schemas._whole(option, known)) for option in options)


def _is_object(schema: Document) -> bool:
    return schema.get("type") == "object" or "properties" in schema


def _name(schema: Document) -> str:
    reference = schema.get("$ref", "")
    return str(reference).removeprefix(REFERENCE)


def _kind(schema: Document) -> str:
    if "const" in schema and "type" not in schema:
        return "string"
    kind, form = schema.get("type", "anything"), schema.get("format")
    return f"{kind} {form}" if form else str(kind)


def _values(old: Document, new: Document, way: Way, told: str) -> Iterator[Change]:
    """Values of an enumeration."""
    before, after = _enumerated(old), _enumerated(new)
    if before is None and after is None:
        return
    if before is None or after is None:
        narrowed = before is None
        what = "only certain values" if narrowed else "any value"
        yield Change(told, "changed", what, narrowed == (way == "sent"))
        return
    for value in sorted(before - after):
        yield Change(told, "removed", f"value {value}", way == "sent")
    for value in sorted(after - before):
        yield Change(told, "added", f"value {value}", False)


def _enumerated(schema: Document) -> set[str] | None:
    if "const" in schema:
        return {str(schema["const"])}
    return {str(value) for value in schema["enum"]} if "enum" in schema else None


def _bounds(old: Document, new: Document, told: str) -> Iterator[Change]:
    """Tighter and wider limits of what is sent."""
    for name in (*_LOWER, *_UPPER):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        upper = name in _UPPER
        tighter = before is None or (after is not None and (after < before if upper else after > before))
        yield Change(told, "changed", f"{name} {before} → {after}", tighter)
    if old.get("pattern") != new.get("pattern"):
        yield Change(told, "changed", f"pattern {old.get('pattern')} → {new.get('pattern')}", "pattern" in new)


def _listed(kinds: set[str]) -> str:
    return ", ".join(sorted(kinds))
