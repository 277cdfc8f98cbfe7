"""What differs between two contents of a report, and the one text of a content that is hashed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SECTIONS = ("areas", "fund_kinds", "levels")


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of a place in the report, before and after, in fen."""

    section: str
    key: str
    label: str
    figure: str
    before_fen: int
    after_fen: int

    @property
    def difference_fen(self) -> int:
        return self.after_fen - self.before_fen


def canonical(content: Mapping[str, Any]) -> str:
    """The text of a content: members in order, nothing between them, so that equal contents are equal bytes."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """Every amount that is another one, what only one of them has counted as 0 in the other."""
    old, new = dict(_figures(before)), dict(_figures(after))
    found = []
    for place in [*old, *(place for place in new if place not in old)]:
        label, was = old.get(place, ("", 0))
        label_now, now = new.get(place, (label, 0))
        if was != now:
            found.append(Difference(place[0], place[1], label or label_now, place[2], was, now))
    return found


def _figures(content: Mapping[str, Any]) -> Iterator[tuple[tuple[str, str, str], tuple[str, int]]]:
    """(section, key, figure) with the label and the amount."""
    yield from _amounts("total", "", "", content["total"])
    for section in SECTIONS:
        for row in content[section]:
            yield from _amounts(section, row["key"], row["label"], row)
    waiting: Sequence[Mapping[str, Any]] = content["waiting"]
    for row in waiting:
        way = "" if row["received"] else ":under_way"
        yield from _amounts("waiting", f"{row['responsible']}:{row['step']}{way}", row["step"], row)
    for row in content["carry_over"]:
        yield from _amounts("carry_over", row["bucket"], row["label"], row)


def _amounts(
    section: str, key: str, label: str, row: Mapping[str, Any]
) -> Iterator[tuple[tuple[str, str, str], tuple[str, int]]]:
    for name, value in row.items():
        if name.endswith("_fen"):
            yield (section, key, name), (label, value)
