"""Rows of the library workbook (项目库): headers, and how each cell becomes a member of an entry."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from services.projects.domain import code_lists, entries
from services.projects.domain.refusals import CategoryUnknown, FundSourceUnknown, NatureUnknown
from services.projects.domain.refusals_imports import AmountNotWholeFen, CellMalformed, HeadersWrong, TargetMalformed
from shared.refusals import Refusal

SHEET = "项目库"
RESULT = "结果"
MAX_ROWS = 5_000
FEN_IN_WAN = 1_000_000
NAME, CATEGORY, NATURE, PLACE, SITES = "项目名称", "项目类别", "建设性质", "实施地点", "地点代码"
TASKS, AMOUNT, FUNDING, OFFICE = "建设任务", "资金规模(万元)", "资金来源", "责任单位"
START, END, HOUSEHOLDS, PEOPLE, POOR = "开工日期", "完工日期", "受益户数", "受益人数", "其中贫困人口"
TARGETS, MECHANISM = "绩效目标", "群众参与和带贫减贫机制"
HEADERS = (
    "序号", NAME, CATEGORY, NATURE, PLACE, SITES, TASKS, AMOUNT, FUNDING, OFFICE,
    START, END, HOUSEHOLDS, PEOPLE, POOR, TARGETS, MECHANISM,
)  # fmt: skip
COLUMN_OF = {
    "name": NAME,
    "category": CATEGORY,
    "nature": NATURE,
    "place": PLACE,
    "division_codes": SITES,
    "tasks": TASKS,
    "amount_fen": AMOUNT,
    "funding": FUNDING,
    "responsible_office": OFFICE,
    "planned_start_on": START,
    "planned_end_on": END,
    "beneficiaries": PEOPLE,
    "performance_targets": TARGETS,
    "participation_mechanism": MECHANISM,
}
"""Which column an entry's member comes from, by the first part of its pointer."""

_ITEMS = re.compile(r"[；;\n]")
_WAN = re.compile(r"[0-9]{1,10}(\.[0-9]{1,18})?")
_TARGET_VALUE = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,6})?")


@dataclass(slots=True)
class Read:
    """A row as read: members of an entry, and the columns that could not be."""

    values: dict[str, Any] = field(default_factory=dict)
    faults: list[tuple[str, Refusal]] = field(default_factory=list)


def check_headers(row: Sequence[str | None]) -> None:
    """Refuse a sheet whose first row is not the template's; a result column of an earlier report may follow."""
    found = [cell or "" for cell in row]
    while found and found[-1] in ("", RESULT):
        found.pop()
    if tuple(found) != HEADERS:
        wrong = next(
            (place for place, header in enumerate(HEADERS) if found[place : place + 1] != [header]), len(HEADERS)
        )
        raise HeadersWrong(column=wrong + 1)


def fen_of_wan(text: str) -> int:
    """万元 as fen, exactly; AmountNotWholeFen for parts of a fen, CellMalformed for what is no amount."""
    if not _WAN.fullmatch(text):
        raise CellMalformed()
    fen = Decimal(text) * FEN_IN_WAN
    if fen != fen.to_integral_value():
        raise AmountNotWholeFen()
    return int(fen)


def read_row(cells: Sequence[str | None], year: int) -> Read:
    """An entry's members out of one row; empty cells stay out, as in any draft."""
    row = dict(zip(HEADERS, [*cells, *[None] * len(HEADERS)][: len(HEADERS)], strict=True))
    read = Read({"year": year, "purpose": "works"})
    for member, column, convert in _PLAIN:
        _take(read, row, member, column, convert)
    _take(read, row, "amount_fen", AMOUNT, fen_of_wan)
    amount = read.values.get("amount_fen")
    _take(read, row, "funding", FUNDING, lambda text: _funding(text, amount))
    _take(read, row, "responsible_office", OFFICE, lambda text: _office(read.values.get("division_codes", []), text))
    _take(read, row, "performance_targets", TARGETS, _targets)
    _take_people(read, row)
    nature = code_lists.natures().get(read.values.get("nature", ""))
    if nature is not None:
        read.values["purpose"] = nature.group
    return read


def _take(read: Read, row: Mapping[str, str | None], member: str, column: str, convert: Callable[[str], Any]) -> None:
    text = row[column]
    if text is None:
        return
    try:
        read.values[member] = convert(text)
    except Refusal as fault:
        read.faults.append((column, fault))


def _take_people(read: Read, row: Mapping[str, str | None]) -> None:
    counts: dict[str, int] = {}
    for member, column in (("households", HOUSEHOLDS), ("people", PEOPLE), ("poor_people", POOR)):
        _take(Read(counts, read.faults), row, member, column, _count)
    if len(counts) == 3:
        read.values["beneficiaries"] = counts


def _count(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        raise CellMalformed()
    return int(text)


def _day(text: str) -> date:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        raise CellMalformed()
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CellMalformed() from error


def _code_by_name(names: Mapping[str, Any], unknown: type[Refusal]) -> Callable[[str], str]:
    def find(text: str) -> str:
        for code, row in names.items():
            if row.name == text:
                return code
        raise unknown()

    return find


def _funding(text: str, amount_fen: int | None) -> list[dict[str, Any]]:
    """One source for the whole amount, or `来源:万元` for each of several, joined by ；."""
    find = _code_by_name(code_lists.fund_sources(), FundSourceUnknown)
    parts = [part.strip() for part in _ITEMS.split(text) if part.strip()]
    if len(parts) == 1 and not re.search("[:：]", parts[0]):
        source = find(parts[0])
        return [] if amount_fen is None else [{"source": source, "amount_fen": amount_fen}]
    lines = []
    for part in parts:
        name, _, amount = part.replace("：", ":").partition(":")
        lines.append({"source": find(name.strip()), "amount_fen": fen_of_wan(amount.strip())})
    return lines


def _office(division_codes: Sequence[str], name: str) -> dict[str, str]:
    return {"code": entries.office_code(division_codes, name), "name": name}


def _targets(text: str) -> list[dict[str, str]]:
    return [_target(part) for part in _ITEMS.split(text) if part.strip()]


def _target(text: str) -> dict[str, str]:
    parts = [part.strip() for part in text.split("|")]
    if len(parts) != 6 or not all(parts[:5]) or parts[3] not in (">=", "<=", "="):
        raise TargetMalformed()
    if not _TARGET_VALUE.fullmatch(parts[4]):
        raise TargetMalformed()
    names = ("level1", "level2", "level3", "operator", "value", "unit")
    return dict(zip(names, parts, strict=True))


def _sites(text: str) -> list[str]:
    return [part.strip() for part in text.split("、") if part.strip()]


_PLAIN: tuple[tuple[str, str, Callable[[str], Any]], ...] = (
    ("name", NAME, str),
    ("category", CATEGORY, _code_by_name(code_lists.categories(), CategoryUnknown)),
    ("nature", NATURE, _code_by_name(code_lists.natures(), NatureUnknown)),
    ("place", PLACE, str),
    ("division_codes", SITES, _sites),
    ("tasks", TASKS, str),
    ("planned_start_on", START, _day),
    ("planned_end_on", END, _day),
    ("participation_mechanism", MECHANISM, str),
)
