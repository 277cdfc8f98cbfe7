"""Household files of an import as text for COPY: the same columns and the same content as of a file typed in.

A worker makes it, the service passes it on unread. What a layout cannot state is left out of rows and contents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import islice
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
    office_name: str
    today: date
    now: str

    def event(self) -> str:
        """What the event of every file of the import says, as the rest of a row of COPY."""
        facts = json_of({"import_id": self.import_id})
        who = (self.account, self.person, self.office, self.office_name)
        said = (1, "imported", self.now, self.today, *who, "", facts)
        return "\t" + "\t".join(map(text_of, said))


_VERSIONS = ["household_id", "version", "status", "village_code", "recorded_at", "recorded_on", "true_from", "content"]
_EVENTS = ["household_id", "version", "kind", "at", "on", "by", "person", "office", "office_name", "reason", "facts"]
_SAID = frozenset(records.CONTENT) - {"income_items"}
"""Items are written into the version by household, as few state any."""
_BESIDE = ("members", "income_items")
_MEMBER_SAID = frozenset({"id", *records.MEMBER_CONTENT})
_NOTHING: frozenset[Any] = frozenset({None, ()})
_OF_DRAFT = ("import_id", "status", "version", "opened_on", "income_items")
_PART_OF: dict[str, Callable[[str | None], str | None]] = {
    "disability_category": lambda certificate: certificate and certificates.category_of(certificate),
    "disability_grade": lambda certificate: certificate and certificates.grade_of(certificate),
}
_CERTIFIED = tuple(_PART_OF)
NO_INCOME = Income()
_OWN_TEXTS = frozenset(
    {
        "id", "household_id", "name", "name_pinyin", "name_initials", "head_name", "head_pinyin", "import_serial",
        "national_household_no", "national_person_no", "identity_index", "identity_sealed", "phone_sealed",
        "disability_sealed", "bank_account_sealed", "monitor_phone_sealed",
    }
)  # fmt: skip
"""Columns in which nearly every row has a value of its own: nothing is gained by remembering them."""
MOST_REMEMBERED = 5_000
"""How many values of a column are kept with the way they are written."""
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


class _Spelt(dict[Any, str]):
    """Values of one column as they are written; so many of them are spelt once for all portions."""

    def __init__(self, spell: Callable[[Any], str], most: int) -> None:
        self._spell, self._most = spell, most

    def __missing__(self, value: Any) -> str:
        text = self._spell(value)
        if len(self) < self._most:
            self[value] = text
        return text


class _Column:
    """One column: how COPY and how a version (`,"name":value`, nothing where nothing is stated) write its values."""

    def __init__(self, name: str, said: bool) -> None:
        self.name, self._begin = name, f',"{name}":' if said else ""
        self._own = name in _OWN_TEXTS
        most = 0 if self._own else MOST_REMEMBERED
        self._text, self._word = _Spelt(text_of, most), _Spelt(self._worded, most)

    def _worded(self, value: Any) -> str:
        return "" if value in _NOTHING else self._begin + json_of(value)

    def written(self, values: Sequence[Any]) -> tuple[Sequence[str], list[str] | None]:
        """The values as COPY and as versions write them; None where versions say nothing of the column."""
        begin = self._begin
        if self._own and _plain(values):
            return values, [f'{begin}"{value}"' for value in values] if begin else None
        if self._own and _plain([value for value in values if value is not None]):
            words = ["" if value is None else f'{begin}"{value}"' for value in values] if begin else []
            return [_NULL if value is None else value for value in values], words if any(words) else None
        texts = list(map(self._text.__getitem__, values))
        words = list(map(self._word.__getitem__, values)) if begin else []
        return texts, words if any(words) else None


def _plain(values: Sequence[Any]) -> bool:
    """Whether these are texts that COPY and JSON take as they stand."""
    try:
        text = "".join(values)
    except TypeError:
        return False
    return "\\" not in text and '"' not in text and text.isprintable()


def _kept_order(name: str) -> tuple[int, bytes]:
    """Where jsonb keeps a key: shorter ones first. What arrives in this order it need not sort."""
    return len(name), name.encode()


class _Table:
    """The columns of a table, which of them a version of the file repeats, and what else it says (`beside`)."""

    def __init__(self, columns: Sequence[str], said: Iterable[str], beside: Iterable[str] = ()) -> None:
        self.columns = list(columns)
        said = frozenset(said)
        self._columns = [_Column(name, name in said) for name in columns]
        self._said = sorted({*(name for name in columns if name in said), *beside}, key=_kept_order)

    def written(
        self, columns: Sequence[Sequence[Any]], beside: Mapping[str, Sequence[str]]
    ) -> tuple[list[str], list[str]]:
        """By row its line of COPY, and what the version says of it; `beside` is said beside the columns."""
        texts, words = [], dict(beside)
        for column, values in zip(self._columns, columns, strict=True):
            text, word = column.written(values)
            texts.append(text)
            if word is not None:
                words[column.name] = word
        said = zip(*(words[name] for name in self._said if name in words), strict=True)
        return list(map("\t".join, zip(*texts, strict=True))), [f"{{{''.join(row)[1:]}}}" for row in said]


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
        self._household = _Table([*stated, *made, *_names(self._sealed), "id", *_OF_DRAFT], _SAID, _BESIDE)
        made = ["health", "sex", "birth_date", "name_pinyin", "name_initials", "identity_index", *self._certified]
        beside = ["position", "active", "id", "household_id", "village_code", "sheet_row"]
        self._member = _Table([*people, *made, *_names(self._member_sealed), *beside], _MEMBER_SAID)
        own = (self._household.columns, self._member.columns, _VERSIONS, _EVENTS)
        self.columns: dict[str, list[str]] = dict(zip(TABLES, own, strict=True))

    def copies(self, drafts: Sequence[Draft]) -> dict[str, bytes]:
        """Text for COPY by table."""
        files = [draft.file for draft in drafts if draft.file is not None]
        if not files:
            return dict.fromkeys(TABLES, b"")
        ids = new_texts(len(files))
        lines, members = self._people(drafts, files, ids)
        households, said = self._households(drafts, files, ids, members)
        versions, origin = [], self._origin
        between = f"{origin.now}\t{origin.today}\t{origin.today}"
        for own_id, file, content in zip(ids, files, said, strict=True):
            content = content.replace("\\", "\\\\") if "\\" in content else content
            versions.append(f"{own_id}\t1\t{DRAFT}\t{file.village_code}\t{between}\t{content}")
        events = [own_id + self._event for own_id in ids]
        return {table: _blob(made) for table, made in zip(TABLES, (households, lines, versions, events), strict=True)}

    def _households(
        self, drafts: Sequence[Draft], files: Sequence[HouseholdFile], ids: Sequence[str], members: Sequence[str]
    ) -> tuple[list[str], list[str]]:
        """Lines of the households, and the contents of their versions."""
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
        each = iter(members)
        beside = {"members": [f',"members":[{",".join(islice(each, len(file.members)))}]' for file in files]}
        if any(items):
            beside["income_items"] = [f',"income_items":{json_of(one)}' if one else "" for one in items]
        return self._household.written(columns, beside)

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
        return self._member.written(columns, {})

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
