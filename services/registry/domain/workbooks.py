"""Judging a people workbook: rows become household files, or reasons why not, row by row.

A sheet arrives household by household, its cells in the order of the layout's columns. What a file must obey is
asked of `household_files`, the same rules as for a file typed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from services.registry.domain import household_files
from services.registry.domain import workbook_columns as columns
from services.registry.domain.faults import Fault
from services.registry.domain.household_files import HouseholdFile
from services.registry.domain.limits import Limits
from services.registry.domain.refusals import (
    DivisionClosed,
    NationalNumberTaken,
    NaturalVillageUnknown,
    PersonOnAnotherFile,
)
from services.registry.domain.remedies import remedy_of
from services.registry.domain.sheet_layouts import Layout
from services.registry.domain.workbook_portions import PortionReader
from services.registry.domain.workbook_rows import NO_VILLAGE, RowReader, reason_of

FIRST_ROW = 2
"""The sheet's row of the first person; the headers are row 1."""
OTHER_ROW = "本户有其他行未通过,整户未导入→改正本户其他行"
Rows = Sequence[tuple[int, Sequence[Any]]]
"""Rows of one household: number in the sheet, cells in the layout's order."""


@dataclass(slots=True)
class Draft:
    """One household of the sheet: its rows in order, what they state if it can be read, and what is wrong."""

    serial: str
    rows: list[int]
    file: HouseholdFile | None = None
    reasons: dict[int, list[str]] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        return bool(self.reasons)

    def refuse(self, row: int, reason: str) -> None:
        known = self.reasons.setdefault(row, [])
        if reason not in known:
            known.append(reason)

    def refuse_fault(self, fault: Fault) -> None:
        """Put a broken rule on the row and column it is about."""
        parts = fault.pointer.strip("/").split("/")
        row = self.rows[int(parts[1])] if len(parts) > 1 and parts[0] == "members" else self.rows[0]
        self.refuse(row, reason_of(columns.column_of(fault.pointer), fault.kind.zh, remedy_of(fault.kind.code)))

    def row_reasons(self) -> dict[int, str]:
        """A reason for every row of a refused household."""
        return {row: ";".join(self.reasons.get(row, [])) or OTHER_ROW for row in self.rows}


TAKEN = reason_of(columns.NUMBER, PersonOnAnotherFile.zh, remedy_of(PersonOnAnotherFile.code))
NATIONAL_TAKEN = reason_of(
    columns.column_of("national_household_no"),
    f"{NationalNumberTaken.zh},或在本表中重复",
    remedy_of(NationalNumberTaken.code),
)
NO_NATURAL_VILLAGE = reason_of(
    columns.column_of("natural_village"), NaturalVillageUnknown.zh, remedy_of(NaturalVillageUnknown.code)
)
VILLAGE_GONE = reason_of(columns.VILLAGE, DivisionClosed.zh, remedy_of(DivisionClosed.code))
YEAR_CLOSED = reason_of(columns.VILLAGE, "所在县的年度已封存至当日,当日不能建档", remedy_of("year_closed"))
MERGED = reason_of("", "本行有合并单元格", remedy_of("merged"))


@dataclass(frozen=True, slots=True)
class Notes:
    """What the reader says of rows: by row the rows of other households with the same identity number, rows of merged
    cells, by row a column without a header in which something stands, and by row the next one if that does not say
    which household it belongs to."""

    others: Mapping[str, Sequence[int]] = field(default_factory=dict)
    merged: Sequence[int] = ()
    stray: Mapping[str, str] = field(default_factory=dict)
    followed: Mapping[str, int] = field(default_factory=dict)

    def reasons(self) -> dict[int, list[str]]:
        """Why these rows are refused."""
        found: dict[int, list[str]] = {}
        for row, others in self.others.items():
            words = f"与第 {'、'.join(map(str, others))} 行重复"
            found.setdefault(int(row), []).append(reason_of(columns.NUMBER, words, remedy_of("repeated")))
        for number in self.merged:
            found.setdefault(number, []).append(MERGED)
        for row, column in self.stray.items():
            reason = reason_of("", f"{column} 列没有表头,却有内容", remedy_of("stray"))
            found.setdefault(int(row), []).append(reason)
        for row, after in self.followed.items():
            words = f"第 {after} 行没有填户号,不能确定是否属于本户"
            found.setdefault(int(row), []).append(reason_of("", words, remedy_of("followed")))
        return found


class Judge:
    """The rules of one sheet on one day. `villages` are the figures of every village of the office's area, by code;
    `names` finds their codes by county, township and village name, and holds "" for a name borne by several."""

    def __init__(
        self, layout: Layout, villages: Mapping[str, Limits], names: Mapping[tuple[str, str, str], str], today: date
    ) -> None:
        self._reader = RowReader(layout, names)
        self._portions = PortionReader(layout, self._reader)
        self._villages, self._today, self._gaps_allowed = villages, today, layout.gaps_allowed

    def drafts(self, groups: Sequence[Rows], notes: Notes) -> list[Draft]:
        """The households, each with everything that is wrong."""
        reasons = notes.reasons()
        found = []
        for rows, file in zip(groups, self._portions.files(groups), strict=True):
            draft = self.draft(rows, file)
            for number, _ in rows if reasons else ():
                for reason in reasons.get(number, ()):
                    draft.refuse(number, reason)
            found.append(draft)
        return found

    def draft(self, rows: Rows, file: HouseholdFile | None) -> Draft:
        """One household with what is wrong cell by cell and, if all cells can be read, rule by rule. `file` is what
        it states, where its cells have been read already."""
        serial, ordered = self._reader.ordered(rows)
        draft = Draft(serial, [number for number, _ in ordered])
        file = file or self._reader.file(ordered, draft.refuse)
        if draft.reasons or file is None:
            return draft
        draft.file = file
        limits = self._villages.get(file.village_code)
        if limits is None:
            draft.refuse(draft.rows[0], NO_VILLAGE)
            return draft
        for fault in household_files.faults_of(file, limits, self._today):
            if not (self._gaps_allowed and _is_gap(fault, file)):
                draft.refuse_fault(fault)
        return draft


def _is_gap(fault: Fault, file: HouseholdFile) -> bool:
    """How a risk was removed is in no national list, and when it was found not in all: the file says when it was
    removed, and is a draft until it says the rest."""
    unstated = {"/risk_clearing": file.risk_clearing, "/risk_identified_on": file.risk_identified_on}
    return unstated.get(fault.pointer, fault) is None


def reasons_of(drafts: Iterable[Draft]) -> dict[int, str]:
    """A reason for every row of every refused household."""
    return {row: reason for draft in drafts if draft.refused for row, reason in draft.row_reasons().items()}


def accepted(drafts: Iterable[Draft]) -> list[Draft]:
    """The households nothing is wrong with."""
    return [draft for draft in drafts if not draft.reasons and draft.file is not None]
