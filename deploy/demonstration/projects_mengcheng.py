"""Fourteen invented projects of 蒙城县 for one fund year, most of them in 许疃镇.

Only the two village solar stations are named in the town's policy paper; everything else is made up, the
contractors and their credit codes too. Sites are real division codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, get_args

from deploy.demonstration.library import LibraryRow, read_targets
from deploy.demonstration.tables import PerformanceTarget, read_mengcheng_divisions, read_rows, wan_to_fen

Sector = Literal["energy", "transport", "water", "agriculture", "education", "employment", "finance"]
SECTORS: tuple[Sector, ...] = get_args(Sector)


@dataclass(frozen=True, slots=True)
class Contract:
    """Whom the work is to go to, and for how much (fen). The company does not exist."""

    contractor: str
    credit_code: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class MengchengProject:
    """An invented project, amounts in fen; without a contract it pays grants to households or people."""

    key: str
    name: str
    category: str
    construction_kind: str
    sector: Sector
    responsible_office: str
    division_codes: tuple[str, ...]
    place: str
    content: str
    estimate_fen: int
    fund_source: str
    starts_on: date
    finishes_on: date
    households: int
    people: int
    poor_people: int
    targets: tuple[PerformanceTarget, ...]
    participation: str
    contract: Contract | None

    def library_row(self, seq: int) -> LibraryRow:
        """The project as a row of the library workbook."""
        return LibraryRow(
            seq=seq,
            name=self.name,
            category=self.category,
            construction_kind=self.construction_kind,
            place=self.place,
            division_codes=self.division_codes,
            content=self.content,
            amount_fen=self.estimate_fen,
            fund_source=self.fund_source,
            responsible=self.responsible_office,
            starts_on=self.starts_on,
            finishes_on=self.finishes_on,
            households=self.households,
            people=self.people,
            poor_people=self.poor_people,
            targets=self.targets,
            participation=self.participation,
        )


def _sector(text: str) -> Sector:
    for sector in SECTORS:
        if sector == text:
            return sector
    raise ValueError(f"{text} is no sector of the demonstration")


def _places() -> dict[str, str]:
    """How a notice writes a division: 蒙城县, 许疃镇, 许疃镇钟庙村."""
    divisions = {division.code: division for division in read_mengcheng_divisions()}
    places = {code: division.name for code, division in divisions.items()}
    for code, division in divisions.items():
        if division.level == "village" and division.parent_code:
            places[code] = divisions[division.parent_code].name + division.name.removesuffix("委会")
    return places


def _contract(row: dict[str, str]) -> Contract | None:
    if not row["contractor"]:
        return None
    return Contract(row["contractor"], row["credit_code"], wan_to_fen(Decimal(row["contract_wan"])))


def projects(year: int) -> list[MengchengProject]:
    """The projects with their dates in the given fund year."""
    places, targets = _places(), read_targets()
    found = []
    for row in read_rows("mengcheng_projects.csv"):
        codes = tuple(row["division_codes"].split("、"))
        found.append(
            MengchengProject(
                key=row["key"],
                name=row["name"],
                category=row["category"],
                construction_kind=row["construction_kind"],
                sector=_sector(row["sector"]),
                responsible_office=row["responsible_office"],
                division_codes=codes,
                place="、".join(places[code] for code in codes),
                content=row["content"],
                estimate_fen=wan_to_fen(Decimal(row["estimate_wan"])),
                fund_source=row["fund_source"],
                starts_on=date.fromisoformat(f"{year}-{row['starts']}"),
                finishes_on=date.fromisoformat(f"{year}-{row['finishes']}"),
                households=int(row["households"]),
                people=int(row["people"]),
                poor_people=int(row["poor_people"]),
                targets=targets[row["key"]],
                participation=row["participation"],
                contract=_contract(row),
            )
        )
    return found


def library_rows(year: int) -> list[LibraryRow]:
    """All of them as rows of the library workbook."""
    return [project.library_row(seq) for seq, project in enumerate(projects(year), start=1)]
