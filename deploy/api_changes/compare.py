"""Compares two public documents operation by operation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from deploy.api_changes.change import Change
from deploy.api_changes.schemas import Schemas, Way

Document = dict[str, Any]

VERBS = ("get", "put", "post", "delete", "patch")


def changes(old: Document, new: Document) -> list[Change]:
    """Every difference that a client can notice, in order; words and examples are none."""
    schemas = Schemas(old, new)
    return sorted(set(_operations(old, new, schemas)))


def _operations(old: Document, new: Document, schemas: Schemas) -> Iterator[Change]:
    before, after = _by_address(old), _by_address(new)
    for address in sorted(set(before) | set(after)):
        was, now = before.get(address), after.get(address)
        if now is None and was is not None:
            yield Change(was["operationId"], "removed", f"{address} removed", True)
        elif was is None and now is not None:
            yield Change(now["operationId"], "added", address, False)
        elif was is not None and now is not None:
            yield from _operation(was, now, old, new, schemas)


def _by_address(document: Document) -> dict[str, Document]:
    return {
        f"{verb.upper()} {path}": item[verb]
        for path, item in document["paths"].items()
        for verb in VERBS
        if verb in item
    }


def _operation(was: Document, now: Document, old: Document, new: Document, schemas: Schemas) -> Iterator[Change]:
    name = now["operationId"]
    if was["operationId"] != name:
        yield Change(name, "changed", f"was called {was['operationId']}", True)
    if now.get("deprecated") and not was.get("deprecated"):
        yield Change(name, "changed", "deprecated", False)
    if was.get("x-permission") != now.get("x-permission"):
        what = f"permission {was.get('x-permission')} → {now.get('x-permission')}"
        yield Change(name, "changed", what, False)
    yield from _parameters(name, was, now, old, new, schemas)
    yield from _body(name, was.get("requestBody", {}), now.get("requestBody", {}), schemas)
    yield from _answers(name, was, now, schemas)


def _parameters(
    name: str, was: Document, now: Document, old: Document, new: Document, schemas: Schemas
) -> Iterator[Change]:
    before, after = _named(was, old), _named(now, new)
    for key in sorted(set(before) | set(after)):
        place = f"{name} ?{key}"
        if key not in after:
            yield Change(place, "removed", "parameter removed", True)
        elif key not in before:
            needed = bool(after[key].get("required"))
            yield Change(place, "added", "new and required" if needed else "new", needed)
        else:
            if after[key].get("required") and not before[key].get("required"):
                yield Change(place, "changed", "now required", True)
            yield from schemas.compare(before[key].get("schema", {}), after[key].get("schema", {}), "sent", place)


def _named(operation: Document, document: Document) -> dict[str, Document]:
    """Parameters by name; one of the shared ones is looked up."""
    found = {}
    for parameter in operation.get("parameters", []):
        if "$ref" in parameter:
            parameter = document["components"]["parameters"][parameter["$ref"].rsplit("/", 1)[1]]
        found[parameter["name"].lower()] = parameter
    return found


def _body(name: str, was: Document, now: Document, schemas: Schemas) -> Iterator[Change]:
    if now.get("required") and not was.get("required"):
        yield Change(name, "changed", "a body is now required", True)
    yield from _contents(f"{name} body", was.get("content", {}), now.get("content", {}), "sent", schemas)


def _answers(name: str, was: Document, now: Document, schemas: Schemas) -> Iterator[Change]:
    """Answers that are a success; refusals have one shape for all."""
    before, after = _successes(was), _successes(now)
    for status in sorted(set(before) | set(after)):
        place = f"{name} {status}"
        if status not in after:
            yield Change(place, "removed", "answer removed", True)
        elif status not in before:
            yield Change(place, "added", "new answer", False)
        else:
            contents = before[status].get("content", {}), after[status].get("content", {})
            yield from _contents(place, *contents, "answered", schemas)


def _successes(operation: Document) -> dict[str, Document]:
    return {status: answer for status, answer in operation.get("responses", {}).items() if status.startswith("2")}


def _contents(place: str, was: Document, now: Document, way: Way, schemas: Schemas) -> Iterator[Change]:
    for media in sorted(set(was) | set(now)):
        if media not in now:
            yield Change(place, "removed", f"{media} removed", True)
        elif media not in was:
            yield Change(place, "added", media, False)
        else:
            yield from schemas.compare(was[media].get("schema", {}), now[media].get("schema", {}), way, place)
