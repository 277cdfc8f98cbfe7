"""The fields of a household file (户档案) and its people: one row each in data/household_fields.csv.

Columns of tables, cells of workbooks, contents of versions and labels of histories are all taken from this table, so
that a field is named in one place. What a field must obey is in `household_files.py` and `members.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.registry.domain.tables_of_facts import rows_of

HOUSEHOLD, MEMBER = "household", "member"


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `kind` says what a cell holds; `codes` names the code list of a code or codes.

    Kinds: account, code, codes, day, disability, division, fen (yuan in a sheet), flag, identity, measure (two
    decimals), months, name, natural_village, number (digits as text), phone, text, village, year.
    `required`: every file sent in must state it. `protected`: leaves the register only by unmasking.
    `national` is the column of the national system it stands for, where one is known.
    """

    of: str
    name: str
    label: str
    kind: str
    codes: str
    required: bool
    protected: bool
    national: str
    source: str


def _field(row: dict[str, str]) -> Field:
    texts = (row["of"], row["field"], row["label"], row["kind"], row["list"])
    return Field(*texts, row["required"] == "1", row["protected"] == "1", row["national"], row["source"])


FIELDS: tuple[Field, ...] = tuple(_field(row) for row in rows_of("household_fields"))
HOUSEHOLD_FIELDS: dict[str, Field] = {field.name: field for field in FIELDS if field.of == HOUSEHOLD}
MEMBER_FIELDS: dict[str, Field] = {field.name: field for field in FIELDS if field.of == MEMBER}

SEALED_KINDS = frozenset({"phone", "account", "identity", "disability"})
"""Kinds whose values are kept encrypted, in a column `<field>_sealed`."""


def names_of(fields: dict[str, Field], *kinds: str) -> tuple[str, ...]:
    """The names of the fields of these kinds, in their order."""
    return tuple(name for name, field in fields.items() if field.kind in kinds)


SEALED_COLUMNS = {
    **{name: f"{name}_sealed" for name in names_of(HOUSEHOLD_FIELDS, *SEALED_KINDS)},
    **{name: f"{name}_sealed" for name in names_of(MEMBER_FIELDS, *SEALED_KINDS)},
    "identity_number": "identity_sealed",
    "disability_certificate": "disability_sealed",
}
"""The column of each sealed field."""


def unstated(content: Mapping[str, Any]) -> list[str]:
    """JSON pointers of what a file must state before it is proposed, and the content of its version does not."""
    gaps = [f"/{name}" for name, field in HOUSEHOLD_FIELDS.items() if field.required and name not in content]
    if "risk_cleared_on" in content:
        gaps += [f"/{name}" for name in ("risk_identified_on", "risk_clearing") if name not in content]
    for index, member in enumerate(person for person in content["members"] if person["active"]):
        for name, field in MEMBER_FIELDS.items():
            if field.required and SEALED_COLUMNS.get(name, name) not in member:
                gaps.append(f"/members/{index}/{name}")
    return gaps
