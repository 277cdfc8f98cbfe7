"""The rows of the scope matrix: one for every operation of every service, in rows/<service>.csv.

`journey` is the test that uses the operation with success, `expect` what a stranger must be told:

    object   the path names something of an area: absent, the same for a real and a random id
    sender   as object; whoever took over from the office that sent it in counts as it
    made     the body names the area or something in it: refused, the same for real and random ids
    list     an empty page, or nothing that names anything of the area: the same as whoever has no area is told
    area     the area is asked for in the query: refused as an area nobody knows, or empty
    place    as made, of a place; which places there are is public, so that an unknown one may be told apart
    office   as object, and the area above sees no more: it belongs to an office
    own      it acts on the caller's own area or office only: nothing of another's is told or changed, no row is shown
    shared   rows of the country or the area above, which whoever asks is shown; none of the area's own
    open     the same for everybody who holds the permission: vocabularies, names of places, national figures
    public   for the anonymous; what it shows is meant for all
    untried  no journey has strangers try it yet; the permission is proven, and its own tests show its area
    internal between services; people are refused whatever their rights
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "rows"
SERVICES = ("registry", "projects", "funds", "gateway")
TRIED = frozenset({"object", "made", "list", "area", "own", "shared", "place", "office", "sender"})
"""Expectations that a journey must show."""
OF_OFFICES = frozenset({"own", "office", "sender"})
EXPECTATIONS = TRIED | {"open", "public", "internal", "untried"}


@dataclass(frozen=True)
class Row:
    """What the matrix knows of one operation."""

    service: str
    operation: str
    expect: str
    journey: str
    note: str


@cache
def rows(service: str) -> dict[str, Row]:
    """By operation."""
    with (FOLDER / f"{service}.csv").open(encoding="utf-8") as lines:
        return {row["operation"]: Row(service, **row) for row in csv.DictReader(lines)}


def journeys() -> dict[tuple[str, str], list[Row]]:
    """Rows by service and journey."""
    found: dict[tuple[str, str], list[Row]] = {}
    for service in SERVICES:
        for row in rows(service).values():
            if row.expect in TRIED and row.journey:
                found.setdefault((service, row.journey), []).append(row)
    return found
