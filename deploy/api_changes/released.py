"""Public documents kept for comparison: one file for each release, without words and examples, compressed.

About 60 kB each; the last one is what clients may rely on.
"""

from __future__ import annotations

import gzip
import json
import re
import subprocess
from pathlib import Path
from typing import Any

from deploy import openapi
from services.gateway.domain import catalogue

Document = dict[str, Any]

FOLDER = openapi.FOLDER / "released"
_WORDS = ("description", "summary", "example", "examples", "title", "x-roles", "x-refusals", "x-displayName")
_MAPS = ("properties", "patternProperties", "schemas")


def last() -> Path:
    """The file of the newest release, by its number."""
    found = sorted(FOLDER.glob("*.json.gz"), key=lambda path: [int(part) for part in re.findall(r"\d+", path.name)])
    if not found:
        raise FileNotFoundError("no document was released yet: python -m deploy.api_changes --release 1.0.0")
    return found[-1]


def version(path: Path) -> str:
    return path.name.removesuffix(".json.gz")


def read(path: Path) -> Document:
    """A document from a released file or from an /openapi.json."""
    content = path.read_bytes()
    found: Document = json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)
    return found


def keep(document: Document, number: str) -> Path:
    """Write a release's document; an earlier release is never written again."""
    path = FOLDER / f"{number}.json.gz"
    FOLDER.mkdir(parents=True, exist_ok=True)
    text = json.dumps(plain(document), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    with path.open("xb") as file:
        file.write(gzip.compress(text.encode(), 9, mtime=0))
    return path


def at_revision(revision: str) -> Document:
    """The document made of the contracts as they are in a git revision."""
    documents = {}
    for name in openapi.SERVICES:
        shown = subprocess.run(
            ["git", "show", f"{revision}:docs/openapi/{name}.json"], cwd=openapi.ROOT, capture_output=True, check=True
        )
        documents[name] = json.loads(shown.stdout)
    found, _ = catalogue.merge(documents)
    return found


def plain(value: Any, *, names: bool = False) -> Any:
    """A document without what no client depends on. `names` says that the keys are names of fields."""
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    return {
        key: plain(inner, names=key in _MAPS and not names)
        for key, inner in value.items()
        if names or key not in _WORDS
    }
