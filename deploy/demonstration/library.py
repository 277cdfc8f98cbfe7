"""Rows of the county library workbook, and the published projects written as such rows.

What the published tables print is kept; category, codes, dates, beneficiaries, targets and mechanism are
invented for the demonstration, because the notices do not give them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from deploy.demonstration.tables import (
    PerformanceTarget,
    PublishedProject,
    read_beiguan_projects,
    read_liling_projects,
    read_rows,
    target_of,
)


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """One project as the library workbook holds it; the amount in fen."""

    seq: int
    name: str
    category: str
    construction_kind: str
    place: str
    division_codes: tuple[str, ...]
    content: str
    amount_fen: int
    fund_source: str
    responsible: str
    starts_on: date
    finishes_on: date
    households: int
    people: int
    poor_people: int
    targets: tuple[PerformanceTarget, ...]
    participation: str


def read_targets() -> dict[str, tuple[PerformanceTarget, ...]]:
    """The invented performance targets by project key."""
    found: dict[str, tuple[PerformanceTarget, ...]] = {}
    for row in read_rows("project_targets.csv"):
        found[row["project_key"]] = (*found.get(row["project_key"], ()), target_of(row))
    return found


def _library_rows(notice: str, read: Callable[[], list[PublishedProject]]) -> list[LibraryRow]:
    supplement = {row["project_key"]: row for row in read_rows("published_projects_supplement.csv")}
    targets = read_targets()
    rows = []
    for project in read():
        key = f"{notice}-{project.seq}"
        added = supplement[key]
        rows.append(
            LibraryRow(
                seq=project.seq,
                name=project.project,
                category=added["category"],
                construction_kind=added["construction_kind"],
                place=project.place,
                division_codes=tuple(added["division_codes"].split("、")),
                content=project.content,
                amount_fen=project.amount_fen,
                fund_source=added["fund_source"],
                responsible=project.responsible,
                starts_on=date.fromisoformat(added["starts_on"]),
                finishes_on=date.fromisoformat(added["finishes_on"]),
                households=int(added["households"]),
                people=int(added["people"]),
                poor_people=int(added["poor_people"]),
                targets=targets[key],
                participation=added["participation"],
            )
        )
    return rows


def beiguan_rows() -> list[LibraryRow]:
    """北关区 2018, three projects, 113.5万元."""
    return _library_rows("beiguan_2018", read_beiguan_projects)


def liling_rows() -> list[LibraryRow]:
    """醴陵市 2019, five projects, 1200万元."""
    return _library_rows("liling_2019", read_liling_projects)
