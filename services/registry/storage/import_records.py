"""Household files of an import as text for COPY: the same columns and the same content as of a file typed in.

A worker makes it, the service passes it on unread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from operator import itemgetter
from typing import Any
from uuid import UUID

import orjson

from services.registry.domain.fields import HOUSEHOLD_FIELDS, MEMBER_FIELDS, SEALED_COLUMNS
from services.registry.domain.household_files import DRAFT, HouseholdFile
from services.registry.domain.sheet_layouts import Layout
from services.registry.storage import household_records as records
from services.registry.storage.ids import new_id
from services.registry.storage.sealing import Seals

TABLES = ("households", "household_members", "household_versions", "household_events")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def _encode(value: Any) -> str:
    return orjson.dumps(value).decode()


def _list(value: Sequence[str]) -> str:
    return "{" + ",".join(value) + "}"


_NULL, _BYTES = "\0", "\1"
"""Stand for `\\N` and the beginning of bytes until the row is whole; no text holds them."""
_AS_IT_READS = frozenset({int, bool, date, UUID, Decimal})
_AS_TEXT: dict[type, Callable[[Any], str]] = {
    bytes: lambda value: _BYTES + value.hex(),
    list: _list,
    tuple: _list,
    dict: lambda value: _encode(value) if value else "{}",
}


def line(values: Iterable[Any]) -> str:
    """One row of COPY in its text form (PostgreSQL's manual, COPY, Text Format)."""
    plain = _AS_IT_READS
    texts = [
        value
        if value.__class__ is str
        else _NULL
        if value is None
        else str(value)
        if value.__class__ in plain
        else _AS_TEXT[value.__class__](value)
        for value in values
    ]
    row = "\t".join(texts)
    if "\\" in row or "\n" in row or "\r" in row or row.count("\t") >= len(texts):
        row = "\t".join([escaped(text) for text in texts])
    return row.replace(_NULL, "\\N").replace(_BYTES, "\\\\x")


def escaped(text: str) -> str:
    """Text as COPY takes it."""
    return text.translate(_ESCAPES) if "\\" in text or not text.isprintable() else text


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the files of an import come from: who sent it in, and when it is carried out."""

    import_id: str
    account: str
    person: str
    office: str
    today: date
    now: str

    def event(self) -> str:
        """What the event of every file of the import says, as the rest of a row of COPY."""
        said = (1, "imported", self.now, self.today, self.account, self.person, self.office, "")
        return "\t" + line([*said, {"import_id": self.import_id}])


_ALWAYS = {
    "household_versions": (
        "household_id", "version", "status", "village_code", "recorded_at", "recorded_on", "true_from", "content",
    ),
    "household_events": (
        "household_id", "version", "kind", "at", "on", "by", "person", "office", "reason", "facts",
    ),
}  # fmt: skip
"""The columns of what is written of every file in the same way."""


_NEVER_NULL = frozenset({"village_code", "group_name", "other_causes", "income_items", "away_months", "health"})


def unstated(layout: Layout) -> frozenset[str]:
    """Columns a sheet of this layout says nothing of, in any of the tables; they keep what the table gives them."""
    stated = {column.name for column in layout.columns}
    names = {name for name in (*HOUSEHOLD_FIELDS, *MEMBER_FIELDS) if name not in stated}
    sealed = {SEALED_COLUMNS[name] for name in names & SEALED_COLUMNS.keys()}
    if "disability_certificate" in names:
        sealed |= {"disability_category", "disability_grade"}
    if "phone" in stated:
        sealed.discard("phone_sealed")
    return frozenset((names | sealed) - _NEVER_NULL)


@dataclass(slots=True)
class Copies:
    """Rows of the four tables, and the columns they have; `household_members` has the sheet's row at its end."""

    unstated: frozenset[str]
    """Columns no row of this import can state."""
    columns: dict[str, list[str]] = field(default_factory=lambda: {table: [*row] for table, row in _ALWAYS.items()})
    _of: dict[str, Callable[[dict[str, Any]], tuple[Any, ...]]] = field(default_factory=dict)
    rows: dict[str, list[str]] = field(default_factory=lambda: {table: [] for table in TABLES})
    event: str = ""
    content: tuple[str, ...] = ()
    member_content: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.content = tuple(name for name in records.CONTENT if name not in self.unstated)
        self.member_content = tuple(name for name in records.MEMBER_CONTENT if name not in self.unstated)

    def add(self, table: str, row: dict[str, Any]) -> None:
        if table not in self._of:
            self.columns[table] = [name for name in row if name not in self.unstated]
            self._of[table] = itemgetter(*self.columns[table])
        self.rows[table].append(line(self._of[table](row)))

    def blob(self, table: str) -> bytes:
        rows = self.rows[table]
        return ("\n".join(rows) + "\n").encode() if rows else b""


def add(copies: Copies, file: HouseholdFile, rows: Sequence[int], serial: str, seals: Seals, origin: Origin) -> None:
    """Add the rows of one new draft file."""
    household_id, today = new_id(), origin.today
    household = records.household_columns(file, household_id, seals)
    own_id = str(household_id)
    household["id"], household["status"], household["version"], household["opened_on"] = own_id, DRAFT, 1, today
    members = []
    for position, member in enumerate(file.members):
        member_id = new_id()
        columns = records.member_columns(member, member_id, position, seals)
        columns["id"], columns["household_id"], columns["village_code"] = str(member_id), own_id, file.village_code
        members.append(columns)
    content = _encode(records.content_of(household, members, copies.content, copies.member_content))
    household["import_id"], household["import_serial"] = origin.import_id, serial
    copies.add("households", household)
    for columns, row in zip(members, rows, strict=True):
        columns["sheet_row"] = row
        copies.add("household_members", columns)
    copies.rows["household_versions"].append(
        f"{own_id}\t1\t{DRAFT}\t{file.village_code}\t{origin.now}\t{today}\t{today}\t{escaped(content)}"
    )
    copies.rows["household_events"].append(own_id + copies.event)
