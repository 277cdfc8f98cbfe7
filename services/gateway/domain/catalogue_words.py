"""What the public document says to people: Chinese first, English second. The words are rows of data/catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Term:
    """One thing's words."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Words:
    """Every word the document is given. All may be empty: what is not there is left as the services wrote it."""

    operations: Mapping[str, Term] = field(default_factory=dict)
    """By operationId."""
    tags: Mapping[str, Term] = field(default_factory=dict)
    """By `service: tag`, in the order of the document."""
    parameters: Mapping[str, Term] = field(default_factory=dict)
    """By name."""
    roles: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Chinese names of the roles that hold a permission, by permission."""
    permissions: Mapping[str, Term] = field(default_factory=dict)
    """By code."""
    problems: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Codes of refusals an operation may answer with, by operationId."""
    examples: Mapping[str, Document] = field(default_factory=dict)
    """By operationId: `request`, `status`, `response`."""


def tell(operation: Document, words: Words) -> None:
    """Write summary, description, parameters, refusals and examples of one operation."""
    name = operation["operationId"]
    term = words.operations.get(name)
    own = operation.get("description", "")
    if term is not None:
        operation["summary"] = f"{term.zh} / {term.en}"
    paragraphs = [f"{term.en}." if term else "", own, _who(operation, words), _refusals(name, words)]
    if name in words.problems:
        operation["x-refusals"] = list(words.problems[name])
    operation["description"] = "\n\n".join(part for part in paragraphs if part)
    for parameter in operation.get("parameters", []):
        _describe(parameter, words)
    _show(operation, words.examples.get(name, {}))


def tags_of(used: set[str], words: Words) -> list[Document]:
    """The tags in use, those with words first and in their order."""
    ordered = [name for name in words.tags if name in used] + sorted(used - set(words.tags))
    return [_tag(name, words.tags.get(name)) for name in ordered]


def _tag(name: str, term: Term | None) -> Document:
    if term is None:
        return {"name": name}
    return {"name": name, "description": f"{term.zh} / {term.en}", "x-displayName": term.zh}


def _who(operation: Document, words: Words) -> str:
    permission = operation.get("x-permission", "")
    if not operation.get("security"):
        return "无需登录。 / Open to everybody."
    roles = words.roles.get(permission, ())
    if roles:
        operation["x-roles"] = list(roles)
    term = words.permissions.get(permission)
    told = f"权限 / permission: `{permission}`" + (f" {term.zh} / {term.en}" if term else "")
    return told + (f"。岗位 / roles: {'、'.join(roles)}" if roles else "")


def _refusals(name: str, words: Words) -> str:
    codes = words.problems.get(name, ())
    return "可能的拒绝 / refusals: " + ", ".join(f"`{code}`" for code in codes) if codes else ""


def _describe(parameter: Document, words: Words) -> None:
    term = words.parameters.get(parameter.get("name", ""))
    if term is None:
        return
    own = parameter.get("description") or parameter.get("schema", {}).get("description") or term.en
    parameter["description"] = f"{term.zh} / {own}"


def _show(operation: Document, example: Document) -> None:
    """Real requests and answers, where the example gives them."""
    if "request" in example:
        for media in operation.get("requestBody", {}).get("content", {}).values():
            media["example"] = example["request"]
    for parameter in operation.get("parameters", []):
        value = example.get("parameters", {}).get(parameter.get("name"))
        if value is not None:
            parameter["example"] = value
    answer = operation.get("responses", {}).get(str(example.get("status")), {})
    if "response" in example and "application/json" in answer.get("content", {}):
        answer["content"]["application/json"]["example"] = example["response"]
