"""Reads the csv tables beside it into typed rows. Their sources and dates stand in data/SOURCES.md."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Protocol

DATA = Path(__file__).parent / "data"
TOTAL = "合计"
FEN_PER_WAN = 1_000_000


def wan_to_fen(amount_wan: Decimal) -> int:
    """万元 to fen, exact; ValueError where it is not a whole number of fen."""
    fen = amount_wan * FEN_PER_WAN
    if fen != int(fen):
        raise ValueError(f"{amount_wan}万元 is not a whole number of fen")
    return int(fen)


def read_rows(name: str) -> list[dict[str, str]]:
    """The rows of one table by column name; a row with too few or too many cells is refused."""
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, strict=True))
    for number, row in enumerate(rows, start=2):
        if None in row or None in row.values():
            raise ValueError(f"{name}, line {number}: the cells do not fit the header")
    return rows


@dataclass(frozen=True, slots=True)
class Division:
    """A statistical division; `level` is province, city, county, township or village."""

    code: str
    level: str
    name: str
    parent_code: str | None


def _read_divisions(name: str) -> list[Division]:
    rows = read_rows(name)
    return [Division(row["code"], row["level"], row["name"], row["parent_code"] or None) for row in rows]


def read_mengcheng_divisions() -> list[Division]:
    """蒙城县 with its townships and villages, and the city and province above it."""
    return _read_divisions("mengcheng_341622.csv")


def read_sample_divisions() -> list[Division]:
    """The divisions that the published tables speak of, parents before children."""
    return _read_divisions("divisions_samples.csv")


def read_demonstration_codes() -> dict[str, str]:
    """Codes made up for the demonstration because the statistical list has none, with the reason."""
    return {row["code"]: row["reason"] for row in read_rows("demonstration_codes.csv")}


@dataclass(frozen=True, slots=True)
class County:
    """A county by its 6-digit code."""

    code: str
    name: str


def read_anhui_counties() -> list[County]:
    """Counties of northern Anhui other than 蒙城县."""
    return [County(row["code"], row["name"]) for row in read_rows("anhui_counties.csv")]


@dataclass(frozen=True, slots=True)
class VillageSeed:
    """How the generator fills a village: its share of the households, its groups, its family names."""

    code: str
    weight: int
    groups: int
    surnames: tuple[str, ...]


def read_villages() -> list[VillageSeed]:
    """The fourteen villages of 许疃镇."""
    villages = []
    for row in read_rows("villages.csv"):
        surnames = tuple(row["surnames"].split("、"))
        villages.append(VillageSeed(row["village_code"], int(row["weight"]), int(row["groups"]), surnames))
    return villages


@dataclass(frozen=True, slots=True)
class PublishedProject:
    """A row of a published allocation to projects, amounts in 万元 as printed."""

    seq: int
    project: str
    place: str
    content: str
    amount_wan: Decimal
    responsible: str

    @property
    def amount_fen(self) -> int:
        return wan_to_fen(self.amount_wan)


def _read_projects(name: str) -> list[PublishedProject]:
    return [
        PublishedProject(
            int(row["seq"]),
            row["project"],
            row["place"],
            row["content"],
            Decimal(row["amount_wan"]),
            row["responsible"],
        )
        for row in read_rows(name)
    ]


def read_beiguan_projects() -> list[PublishedProject]:
    """北关区 2018: three projects."""
    return _read_projects("beiguan_2018_projects.csv")


def read_liling_projects() -> list[PublishedProject]:
    """醴陵市 2019: five projects."""
    return _read_projects("liling_2019_projects.csv")


@dataclass(frozen=True, slots=True)
class AllocationRow:
    """A county's share of an allocation, in 万元 as printed."""

    county: str
    division_code: str
    amount_wan: Decimal

    @property
    def amount_fen(self) -> int:
        return wan_to_fen(self.amount_wan)


class _HasAmount(Protocol):
    @property
    def amount_wan(self) -> Decimal: ...


def _check_total(name: str, rows: Sequence[_HasAmount], printed: str) -> None:
    if sum((row.amount_wan for row in rows), Decimal(0)) != Decimal(printed):
        raise ValueError(f"{name}: the rows do not add up to the printed total {printed}")


def _read_allocation(name: str) -> list[AllocationRow]:
    *rows, total = read_rows(name)
    shares = [AllocationRow(row["county"], row["division_code"], Decimal(row["amount_wan"])) for row in rows]
    _check_total(name, shares, total["amount_wan"])
    return shares


def read_shangqiu_allocation() -> list[AllocationRow]:
    """商丘市 2019, second batch of the city's own money: nine counties, checked against the printed total."""
    return _read_allocation("shangqiu_2019_allocation.csv")


def read_bazhong_allocation() -> list[AllocationRow]:
    """巴中市 2019, provincial money: six counties, checked against the printed total."""
    return _read_allocation("bazhong_2019_allocation.csv")


@dataclass(frozen=True, slots=True)
class AllocationNotice:
    """The notice an allocation table was published with."""

    table: str
    issuer: str
    title: str
    document_no: str | None
    dated: date
    fund_kind: str
    total_wan: Decimal


def read_allocation_notices() -> dict[str, AllocationNotice]:
    """Notices by the name of their table, shangqiu_2019 and bazhong_2019."""
    return {
        row["table"]: AllocationNotice(
            row["table"],
            row["issuer"],
            row["title"],
            row["document_no"] or None,
            date.fromisoformat(row["dated"]),
            row["fund_kind"],
            Decimal(row["total_wan"]),
        )
        for row in read_rows("allocation_notices.csv")
    }


@dataclass(frozen=True, slots=True)
class ExitStep:
    """How many people are to leave poverty in one step of the plan."""

    step: int
    people_out: int


def read_exit_plan() -> list[ExitStep]:
    """The four steps of 许疃镇, checked against the printed total."""
    *rows, total = read_rows("xutuan_exit_plan.csv")
    steps = [ExitStep(int(row["step"]), int(row["people_out"])) for row in rows]
    if sum(step.people_out for step in steps) != int(total["people_out"]):
        raise ValueError("xutuan_exit_plan.csv: the steps do not add up to the printed total")
    return steps


@dataclass(frozen=True, slots=True)
class PerformanceTarget:
    """One indicator of a performance table: three levels, a comparison, a value and its unit."""

    level1: str
    level2: str
    level3: str
    operator: str
    value: Decimal
    unit: str

    @property
    def cell(self) -> str:
        """How the library workbook writes it."""
        return "|".join((self.level1, self.level2, self.level3, self.operator, str(self.value), self.unit))


def target_of(row: dict[str, str]) -> PerformanceTarget:
    """The target in a csv row."""
    return PerformanceTarget(
        row["level1"], row["level2"], row["level3"], row["operator"], Decimal(row["value"]), row["unit"]
    )


def read_nanyue_targets() -> list[PerformanceTarget]:
    """南岳区 2018: sixteen real indicators of a small tourism project."""
    return [target_of(row) for row in read_rows("nanyue_2018_performance_targets.csv")]
