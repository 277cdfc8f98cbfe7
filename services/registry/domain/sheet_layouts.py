"""Which layout a sheet of people is in, told by its headers: the suite's template, the national system's export with
its column codes or their Chinese meanings, or the list of people out of poverty of 2022."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.registry.domain import refusals
from services.registry.domain import workbook_columns as columns
from services.registry.domain.code_lists import BY_LABEL
from services.registry.domain.fields import HOUSEHOLD_FIELDS, MEMBER_FIELDS, Field
from services.registry.domain.tables_of_facts import rows_of
from shared.texts import closed_up

SUITE, NATIONAL, LIST = "suite", "national", "list"
SERIAL, ITEM, PLACE = "serial", "item", "place"


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of a sheet holds: `of` is household, member, item (of income, named by its code), place (county,
    township or village by name) or serial; `header` is how the sheet calls it."""

    header: str
    of: str
    name: str
    field: Field | None


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet's layout: the columns read, where each stands in the sheet, and the headers known but not taken over."""

    name: str
    columns: tuple[Column, ...]
    places: tuple[int, ...]
    left_out: tuple[str, ...]

    @property
    def gaps_allowed(self) -> bool:
        """Whether what a file must state may be missing: then the file stays a draft until it is completed."""
        return self.name != SUITE

    def position(self, of: str, name: str) -> int | None:
        """Which of `columns` this is."""
        return next((index for index, one in enumerate(self.columns) if (one.of, one.name) == (of, name)), None)


def _column(header: str, of: str, name: str) -> Column:
    field = {"household": HOUSEHOLD_FIELDS, "member": MEMBER_FIELDS}.get(of, {}).get(name)
    return Column(header, of, name, field)


def _suite() -> dict[str, Column | None]:
    known: dict[str, Column | None] = {columns.SERIAL: _column(columns.SERIAL, SERIAL, ""), columns.RESULT: None}
    for label, field in columns.FIELD_OF_LABEL.items():
        known[label] = Column(label, field.of, field.name, field)
    for label, code in columns.ITEM_OF_LABEL.items():
        known[label] = _column(label, ITEM, code)
    return known


def _national() -> dict[str, Column | None]:
    known: dict[str, Column | None] = {}
    for row in rows_of("national_columns"):
        for header in (row["column"], row["meaning"]):
            known.setdefault(header, _column(header, row["of"], row["field"]) if row["field"] else None)
    return known | {header: known_ for header, known_ in _list().items() if header in _PLACES} | {columns.RESULT: None}


def _list() -> dict[str, Column | None]:
    rows = rows_of("list_columns")
    known = {row["header"]: _column(row["header"], row["of"], row["field"]) if row["field"] else None for row in rows}
    return known | {columns.RESULT: None}


_PLACES = ("行政村代码", "县", "乡", "行政村")
NEEDED_PERSON = ("name", "identity_number", "relation", "ethnicity", "health")
_KNOWN = {SUITE: _suite(), NATIONAL: _national(), LIST: _list()}
_AS_WRITTEN = frozenset(header for known in _KNOWN.values() for header in known)
_MARKS = {
    NATIONAL: frozenset({"aac001", "aab004", "贫困户编号(数值型)"}),
    LIST: frozenset({"户编号", "人编号", "人数"}),
}


def layout_of(headers: Sequence[str]) -> Layout:
    """The layout of a sheet; blanks, line breaks and full-width brackets in its headers are nothing. WorkbookHeaders
    names what is missing or doubled, and where what is unknown stands."""
    headers = [header if header in _AS_WRITTEN else closed_up(header) for header in headers]
    present = set(headers)
    if columns.SERIAL not in present:
        if present & _MARKS[NATIONAL]:
            return _laid_out(NATIONAL, headers)
        if _MARKS[LIST] <= present or {"户编号", "致贫原因1"} <= present:
            return _laid_out(LIST, headers)
    return _laid_out(SUITE, headers)


def _laid_out(name: str, headers: Sequence[str]) -> Layout:
    known = _KNOWN[name]
    _refuse_wrong(name, headers, known)
    placed = [(place, known[header]) for place, header in enumerate(headers) if header]
    return Layout(
        name,
        tuple(column for _, column in placed if column is not None),
        tuple(place for place, column in placed if column is not None),
        tuple(header for header in headers if header and header != columns.RESULT and known[header] is None),
    )


def _refuse_wrong(name: str, headers: Sequence[str], known: dict[str, Column | None]) -> None:
    missing = _missing(name, {header for header in headers if header in known}, known)
    unknown = [letters_of(place) for place, header in enumerate(headers) if header and header not in known]
    doubled = sorted({header for header in headers if header in known and list(headers).count(header) > 1})
    facts: dict[str, int | str] = {}
    for what, found in (("missing", missing), ("unknown_columns", unknown[:20]), ("doubled", doubled)):
        if found:
            facts[what] = "、".join(found)
    if facts:
        raise refusals.WorkbookHeaders(pointer=None, **facts)


def _missing(name: str, present: set[str], known: dict[str, Column | None]) -> list[str]:
    if name == SUITE:
        return [header for header in columns.REQUIRED if header not in present]
    stated = {(column.of, column.name) for header in present if (column := known[header]) is not None}
    wanted = [("household", "national_household_no"), *(("member", field) for field in NEEDED_PERSON)]
    labels = HOUSEHOLD_FIELDS | MEMBER_FIELDS
    missing = [labels[field].label for of, field in wanted if (of, field) not in stated]
    if ("household", "village_code") not in stated and (PLACE, "village") not in stated:
        missing.append(columns.VILLAGE)
    return missing


def letters_of(place: int) -> str:
    """How a spreadsheet calls a column: A, B, ... Z, AA."""
    letters, place = "", place + 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _variants() -> dict[str, dict[str, str]]:
    codes = {name: dict(labels) for name, labels in BY_LABEL.items()}
    for row in rows_of("label_variants"):
        codes[row["list"]].setdefault(row["variant"], row["code"])
    return codes


CODE_OF_LABEL = _variants()
"""By code list: code by label, with the spellings other systems use."""
