"""The code lists of the project library: rows of the csv files beside this package, each with its source."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType

DATA = Path(__file__).resolve().parents[1] / "data"


@dataclass(frozen=True, slots=True)
class Category:
    """A project category, usable for library years `valid_from_year` to `valid_to_year` (None: open)."""

    code: str
    name: str
    regime: str
    valid_from_year: int
    valid_to_year: int | None
    source: str

    def valid_in(self, year: int) -> bool:
        return self.valid_from_year <= year and (self.valid_to_year is None or year <= self.valid_to_year)


@dataclass(frozen=True, slots=True)
class Named:
    """A code with its name; `group` is the purpose of a nature, or whether a mode needs a winner's code."""

    code: str
    name: str
    source: str
    group: str = ""


def read(name: str) -> Iterator[dict[str, str]]:
    """The rows of a csv file of this service."""
    with (DATA / name).open(encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines, strict=True)


@cache
def categories() -> Mapping[str, Category]:
    rows = {
        row["code"]: Category(
            code=row["code"],
            name=row["name"],
            regime=row["regime"],
            valid_from_year=int(row["valid_from_year"]),
            valid_to_year=int(row["valid_to_year"]) if row["valid_to_year"] else None,
            source=row["source"],
        )
        for row in read("categories.csv")
    }
    return MappingProxyType(rows)


@cache
def natures() -> Mapping[str, Named]:
    """Kinds of construction (建设性质); `group` is the purpose a workbook's row of this kind has."""
    return _named("natures.csv", "purpose")


@cache
def fund_sources() -> Mapping[str, Named]:
    return _named("fund_sources.csv")


@cache
def procurement_modes() -> Mapping[str, Named]:
    """Ways to find who does the works; `group` is yes where the winner's credit code is required."""
    return _named("procurement_modes.csv", "winner_code_required")


@cache
def performance_levels() -> frozenset[tuple[str, str]]:
    """The pairs of first and second level the official target table knows."""
    return frozenset((row["level1"], row["level2"]) for row in read("performance_levels.csv"))


@cache
def required_targets() -> tuple[frozenset[str], ...]:
    """A submission needs a target of at least one first level out of each of these sets."""
    return tuple(frozenset(row["any_of"].split("|")) for row in read("required_targets.csv"))


@cache
def required_fields() -> Mapping[str, str]:
    """Fields a submission must fill, with their labels."""
    return MappingProxyType({row["field"]: row["label"] for row in read("required_fields.csv")})


@cache
def hotline() -> str:
    """The number printed on every notice."""
    return {row["key"]: row["value"] for row in read("publicity.csv")}["hotline"]


@cache
def office_endings() -> tuple[tuple[str, str], ...]:
    """Endings of office names and the sector each stands for, the longest first."""
    rows = [(row["ending"], row["sector"]) for row in read("office_sectors.csv")]
    return tuple(sorted(rows, key=lambda row: -len(row[0])))


def _named(name: str, group: str = "") -> Mapping[str, Named]:
    rows = {
        row["code"]: Named(row["code"], row["name"], row["source"], row[group] if group else "") for row in read(name)
    }
    return MappingProxyType(rows)
