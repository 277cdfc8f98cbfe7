"""Which refusals an operation may answer with, read from the code: from its handler along every name it uses.

What is reached only through an object's method is not seen, and what is reached may never be raised for this operation:
the list helps to prepare for a refusal, it promises nothing. Refusals of all operations alike are left out.
"""

from __future__ import annotations

import ast
import importlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from deploy import openapi
from services.gateway.storage.catalogue_files import PROBLEM_CODES
from shared.refusals import Refusal

ROOT = openapi.ROOT
PLACES = ("api", "operations", "domain", "storage", "upstream")


class Code:
    """The functions and classes of one service, and what each of them names."""

    def __init__(self, service: str) -> None:
        self.uses: dict[str, set[str]] = {}
        """Full names that a function or class names, by its own full name."""
        self.handlers: dict[str, str] = {}
        """Full names of handlers by operationId."""
        for place in PLACES:
            for path in sorted((ROOT / "services" / service / place).rglob("*.py")):
                self._read(path)

    def _read(self, path: Path) -> None:
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        known = dict(_imported(tree)) | {
            node.name: f"{module}.{node.name}"
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        }
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                self.uses[f"{module}.{node.name}"] = {*_named(node, known), *_carried_out_by(node, known)}
                for operation in _operations(node):
                    self.handlers[operation] = f"{module}.{node.name}"
            elif isinstance(node, ast.Assign | ast.AnnAssign):  # a table of functions or refusals
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    if isinstance(target, ast.Name):
                        self.uses.setdefault(f"{module}.{target.id}", set()).update(_named(node, known))

    def codes(self, handler: str) -> list[str]:
        """Codes of the refusals reached from a handler, in order."""
        found, seen, waiting = set(), {handler}, [handler]
        while waiting:
            for name in self.uses.get(waiting.pop(), ()):
                if name not in seen:
                    seen.add(name)
                    waiting.append(name)
                    found.add(code_of(name))
        return sorted(found - {""})


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield alias.asname or alias.name, f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name, alias.name


def _named(node: ast.AST, known: dict[str, str]) -> Iterator[str]:
    """Full names below a node: `name` and `module.name`. A type that is only annotated is not used."""
    for inner in _walked(node):
        if isinstance(inner, ast.Name) and inner.id in known:
            yield known[inner.id]
        elif isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name) and inner.value.id in known:
            yield f"{known[inner.value.id]}.{inner.attr}"


def _carried_out_by(node: ast.AST, known: dict[str, str]) -> Iterator[str]:
    """What carries out a handler's requests where they meet in lots: `@in_lots(enter)`."""
    for decorator in getattr(node, "decorator_list", ()):
        if isinstance(decorator, ast.Call) and getattr(decorator.func, "id", "") == "in_lots":
            yield from _named(decorator, known)


def _walked(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for name, value in ast.iter_fields(node):
        if name not in ("annotation", "returns", "decorator_list"):
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, ast.AST):
                    yield from _walked(inner)


def _operations(node: ast.AST) -> Iterator[str]:
    for decorator in getattr(node, "decorator_list", ()):
        for keyword in getattr(decorator, "keywords", ()):
            if keyword.arg == "operation_id" and isinstance(keyword.value, ast.Constant):
                yield str(keyword.value.value)


@cache
def code_of(name: str) -> str:
    """The code of a service's own refusal by its full name; empty for anything else."""
    module, _, attribute = name.rpartition(".")
    if ".domain.refusals" not in module:
        return ""
    found = getattr(importlib.import_module(module), attribute, None) if _is_module(module) else None
    if isinstance(found, type) and issubclass(found, Refusal) and "." in found.code:
        return found.code
    return ""


def _is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def derived() -> dict[str, list[str]]:
    """Codes by operationId, for every operation that has some."""
    found = {}
    for service in openapi.SERVICES:
        code = Code(service)
        for operation, handler in code.handlers.items():
            found[operation] = code.codes(handler)
    return {operation: codes for operation, codes in sorted(found.items()) if codes}


def text() -> str:
    return json.dumps(derived(), ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    (openapi.FOLDER / PROBLEM_CODES).write_text(text(), encoding="utf-8")
    print(f"docs/openapi/{PROBLEM_CODES}")


if __name__ == "__main__":
    main()
