"""The columns of an export: the suite's template, or the codes of the national system."""

from __future__ import annotations

from dataclasses import dataclass

from services.registry.domain import workbook_columns as columns
from services.registry.domain.fields import HOUSEHOLD_FIELDS, MEMBER_FIELDS, Field
from services.registry.domain.tables_of_facts import rows_of

NATIONAL_FIXED = {"aar040": "year", "aab003": "sex", "aab005": "birth_date"}
"""Columns of the national system that stand in no field of ours."""


@dataclass(frozen=True, slots=True)
class ExportColumn:
    """One column: `of` is household, member, item or fixed."""

    header: str
    of: str
    name: str
    field: Field | None = None


def _suite() -> tuple[ExportColumn, ...]:
    found = [ExportColumn(columns.SERIAL, "fixed", "household_no")]
    for label in columns.TEMPLATE:
        if label in columns.FIELD_OF_LABEL:
            field = columns.FIELD_OF_LABEL[label]
            found.append(ExportColumn(label, field.of, field.name, field))
        elif label in columns.ITEM_OF_LABEL:
            found.append(ExportColumn(label, "item", columns.ITEM_OF_LABEL[label]))
    return tuple(found)


def _national() -> tuple[ExportColumn, ...]:
    village = HOUSEHOLD_FIELDS["village_code"]
    found = [ExportColumn(village.label, "household", village.name, village)]
    for row in rows_of("national_columns"):
        code, of, name = row["column"], row["of"], row["field"]
        if code in NATIONAL_FIXED:
            found.append(ExportColumn(code, "fixed", NATIONAL_FIXED[code]))
        elif of == "item":
            found.append(ExportColumn(code, of, name))
        elif of:
            found.append(ExportColumn(code, of, name, (MEMBER_FIELDS if of == "member" else HOUSEHOLD_FIELDS)[name]))
    return tuple(found)


_COLUMNS = {"suite": _suite(), "national": _national()}


def columns_of(layout: str) -> tuple[ExportColumn, ...]:
    return _COLUMNS[layout]
