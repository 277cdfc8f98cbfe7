"""docs/api-changes.md: what changed since the last release, made from the documents and the list of approved breaks."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from deploy.api_changes.change import Change
from deploy.openapi import FOLDER

PAGE = FOLDER.parent / "api-changes.md"
APPROVED = FOLDER / "approved-changes.csv"
HEAD = """# Changes of the public API

Written by `make openapi` from the contracts; never by hand. Within v1 changes are additions. What may break a client
that worked (something removed or renamed, a new required input, a narrower input, a wider answer) turns a test red
until `docs/openapi/approved-changes.csv` names it with a reason, which is shown here.
`make api-changes from=REVISION` compares with any git revision or saved `/openapi.json`.

New values of an enumeration in answers are additions: a client must let pass a value it does not know.
"""


def approved(path: Path = APPROVED) -> dict[str, str]:
    """Reasons of breaking changes, by the change's line."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["change"]: row["reason"] for row in csv.DictReader(file)}


def text(version: str, changes: Sequence[Change], reasons: Mapping[str, str]) -> str:
    """The whole page."""
    parts = [HEAD, f"## Since {version}\n"]
    breaking = [change for change in changes if change.breaking]
    parts += _section("Breaking", [f"- `{one.line}`: {reasons.get(one.line, '**not approved**')}" for one in breaking])
    quiet = [change for change in changes if not change.breaking]
    operations = [one for one in quiet if one.kind == "added" and one.what.split(" ")[0].isupper()]
    parts += _section("New operations", [f"- `{one.place}`: {one.what}" for one in operations])
    fields = [one for one in quiet if one.kind != "changed" and one not in operations]
    parts += _section("New fields, parameters, values", [f"- `{one.line}`" for one in fields])
    parts += _section("Other changes", [f"- `{one.line}`" for one in quiet if one.kind == "changed"])
    return "\n".join(parts).rstrip() + "\n"


def _section(title: str, lines: Sequence[str]) -> list[str]:
    return [f"### {title}\n", *lines, ""] if lines else []
