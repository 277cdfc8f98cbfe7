"""Household files of an import as text for COPY: the same columns and the same content as of a file typed in.

A worker makes it, the service passes it on unread. What a layout cannot state is left out of rows and contents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any

import orjson

from services.registry.domain import disability_certificates as certificates
from services.registry.domain.fields import HOUSEHOLD_FIELDS, MEMBER_FIELDS, SEALED_COLUMNS
from services.registry.domain.household_files import DRAFT, HouseholdFile
from services.registry.domain.identity_numbers import birth_date_of, sex_of
from services.registry.domain.income import AMOUNTS, Income
from services.registry.domain.members import Member
from services.registry.domain.names import initials_of, pinyin_of
from services.registry.domain.sheet_layouts import Layout
from services.registry.domain.workbooks import Draft
from services.registry.storage import household_records as records
from services.registry.storage import sealed_places as places
from services.registry.storage.ids import new_texts
from services.registry.storage.sealed_places import SealedColumn
from services.registry.storage.sealing import Seals

TABLES = ("households", "household_members", "household_versions", "household_events")
_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
_NULL = "\\N"
_PLAIN = frozenset({int, bool, date, Decimal})
_AS_TEXT: dict[type, Callable[[Any], str]] = {
    bytes: lambda value: "\\\\x" + value.hex(),
    tuple: lambda value: "{" + ",".join(value) + "}",
}


def text_of(value: Any) -> str:
    """A value as COPY takes it (PostgreSQL's manual, COPY, Text Format); codes of a tuple as an array."""
    kind = value.__class__
    if kind is str:
        text: str = value
        return text.translate(_ESCAPES) if "\\" in text or not text.isprintable() else text
    if value is None:
        return _NULL
    return str(value) if kind in _PLAIN else _AS_TEXT[kind](value)


def json_of(value: Any) -> str:
    """A value as it stands in the content of a version."""
    return orjson.dumps(value, default=_decimal).decode()


def _decimal(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    raise TypeError


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
        facts = json_of({"import_id": self.import_id})
        said = (1, "imported", self.now, self.today, self.account, self.person, self.office, "", facts)
        return "\t" + "\t".join(map(text_of, said))


_VERSIONS = ["household_id", "version", "status", "village_code", "recorded_at", "recorded_on", "true_from", "content"]
_EVENTS = ["household_id", "version", "kind", "at", "on", "by", "person", "office", "reason", "facts"]
_SAID = frozenset(records.CONTENT) - {"income_items"}
"""Items are written into the version by household, as few state any."""
_NOTHING: frozenset[Any] = frozenset({None, ()})
_OF_DRAFT = ("import_id", "status", "version", "opened_on", "income_items")
_PART_OF: dict[str, Callable[[str | None], str | None]] = {
    "disability_category": lambda certificate: certificate and certificates.category_of(certificate),
    "disability_grade": lambda certificate: certificate and certificates.grade_of(certificate),
}
_CERTIFIED = tuple(_PART_OF)
NO_INCOME = Income()
HOUSEHOLD_SEALED = (places.PHONE, places.MONITOR_PHONE, places.BANK_ACCOUNT)
MEMBER_SEALED = (places.IDENTITY, places.MEMBER_PHONE, places.DISABILITY)
_FIELD_OF = {column: field for field, column in SEALED_COLUMNS.items()}
"""The field of each sealed column."""
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


class _Table:
    """The columns of a table, and which of them a version of the file repeats."""

    def __init__(self, columns: Sequence[str], said: Iterable[str]) -> None:
        self.columns = list(columns)
        said = frozenset(said)
        self._said = [f',"{name}":' if name in said else "" for name in columns]

    def written(self, columns: Sequence[Sequence[Any]]) -> tuple[list[str], list[str]]:
        """By row its line of COPY, and what the version says of it: `,"name":value` of all that is stated.

        Values are written column by column: most columns hold a few values over and over.
        """
        texts, words = [], []
        for begin, values in zip(self._said, columns, strict=True):
            distinct = set(values)
            known = {value: text_of(value) for value in distinct}
            texts.append([known[value] for value in values] if len(known) > 1 else [*known.values()] * len(values))
            if begin and not distinct <= _NOTHING:
                known = {value: "" if value in _NOTHING else begin + json_of(value) for value in distinct}
                words.append([known[value] for value in values])
        return list(map("\t".join, zip(*texts, strict=True))), list(map("".join, zip(*words, strict=True)))


class Rows:
    """Makes the rows of new draft files of one import, portion by portion. `columns` is by table, in COPY's order."""

    def __init__(self, layout: Layout, seals: Seals, origin: Origin) -> None:
        self._seals, self._origin, self._event = seals, origin, origin.event()
        missing = unstated(layout)
        stated = [name for name in (*records.STATED, *records.SEVERAL) if name not in missing]
        people = [name for name in records.MEMBER_STATED if name not in missing and name != "sex"]
        self._of_file, self._of_member = attrgetter(*stated), attrgetter(*people)
        self._amounts = [name for name in AMOUNTS if name not in missing]
        self._sealed = [column for column in HOUSEHOLD_SEALED if column.column not in missing]
        self._member_sealed = [column for column in MEMBER_SEALED if column.column not in missing]
        self._certified = _CERTIFIED if "disability_sealed" not in missing else ()
        made = [*self._amounts, "group_name", "head_name", "member_count", "head_pinyin", "import_serial"]
        self._household = _Table([*stated, *made, *_names(self._sealed), "id", *_OF_DRAFT], _SAID)
        made = ["health", "sex", "birth_date", "name_pinyin", "name_initials", "identity_index", *self._certified]
        beside = ["position", "active", "id", "household_id", "village_code", "sheet_row"]
        self._member = _Table([*people, *made, *_names(self._member_sealed), *beside], records.MEMBER_CONTENT)
        own = (self._household.columns, self._member.columns, _VERSIONS, _EVENTS)
        self.columns: dict[str, list[str]] = dict(zip(TABLES, own, strict=True))

    def copies(self, drafts: Sequence[Draft]) -> dict[str, bytes]:
        """Text for COPY by table."""
        files = [draft.file for draft in drafts if draft.file is not None]
        if not files:
            return dict.fromkeys(TABLES, b"")
        ids = new_texts(len(files))
        lines, members = self._people(drafts, files, ids)
        households, said = self._households(drafts, files, ids)
        versions, origin, at = [], self._origin, 0
        between = f"{origin.now}\t{origin.today}\t{origin.today}"
        for own_id, file, words in zip(ids, files, said, strict=True):
            people = ",".join(members[at : at + len(file.members)])
            at += len(file.members)
            content = f'{{"members":[{people}]{words}}}'
            content = content.replace("\\", "\\\\") if "\\" in content else content
            versions.append(f"{own_id}\t1\t{DRAFT}\t{file.village_code}\t{between}\t{content}")
        events = [own_id + self._event for own_id in ids]
        return {table: _blob(made) for table, made in zip(TABLES, (households, lines, versions, events), strict=True)}

    def _households(
        self, drafts: Sequence[Draft], files: Sequence[HouseholdFile], ids: Sequence[str]
    ) -> tuple[list[str], list[str]]:
        """Lines of the households, and what their versions say besides the people."""
        heads, count, origin = [file.members[0].name for file in files], len(files), self._origin
        incomes = [file.income or NO_INCOME for file in files]
        items = [income.items for income in incomes]
        columns = [
            *zip(*map(self._of_file, files), strict=True),
            *([getattr(income, name) for income in incomes] for name in self._amounts),
            [file.group for file in files], heads, [len(file.members) for file in files],
            [pinyin_of(name) for name in heads], [draft.serial for draft in drafts],
            *self._sealed_of(files, self._sealed, ids), ids, [origin.import_id] * count,
            [DRAFT] * count, [1] * count, [origin.today] * count, [json_of(one) if one else "{}" for one in items],
        ]  # fmt: skip
        lines, said = self._household.written(columns)
        if any(items):
            said = [
                f'{words},"income_items":{json_of(one)}' if one else words
                for words, one in zip(said, items, strict=True)
            ]
        return lines, said

    def _people(
        self, drafts: Sequence[Draft], files: Sequence[HouseholdFile], households: Sequence[str]
    ) -> tuple[list[str], list[str]]:
        """Lines of the people, and each as the version of their file says them."""
        members = [member for file in files for member in file.members]
        ids, numbers, index = new_texts(len(members)), [member.identity_number for member in members], self._seals.index
        pinyin = [pinyin_of(member.name) for member in members]
        certificates = [member.disability_certificate for member in members]
        sizes = [len(file.members) for file in files]
        columns = [
            *zip(*map(self._of_member, members), strict=True),
            [member.health for member in members], list(map(sex_of, numbers)), list(map(birth_date_of, numbers)),
            pinyin, list(map(initials_of, pinyin)), list(map(index, numbers)),
            *(list(map(_PART_OF[name], certificates)) for name in self._certified),
            *self._sealed_of(members, self._member_sealed, ids),
            [position for size in sizes for position in range(size)], [True] * len(members), ids,
            [own_id for own_id, size in zip(households, sizes, strict=True) for _ in range(size)],
            [file.village_code for file in files for _ in file.members],
            [row for draft in drafts for row in draft.rows],
        ]  # fmt: skip
        lines, said = self._member.written(columns)
        return lines, [f'{{"id":"{own_id}"{words}}}' for own_id, words in zip(ids, said, strict=True)]

    def _sealed_of(
        self, things: Sequence[HouseholdFile] | Sequence[Member], columns: Sequence[SealedColumn], ids: Sequence[str]
    ) -> Iterator[list[str | None]]:
        """By column the protected values of the rows, freshly sealed."""
        for column in columns:
            field = attrgetter(_FIELD_OF[column.column])
            yield self._seals.seal_many(list(map(field, things)), column, ids)


def _names(columns: Iterable[SealedColumn]) -> list[str]:
    return [column.column for column in columns]


def _blob(rows: Sequence[str]) -> bytes:
    return ("\n".join(rows) + "\n").encode() if rows else b""
