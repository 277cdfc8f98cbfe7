"""Seeding the lists of data/: rows a table does not hold yet. What an office has set by then stays as it is."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import insert

DATA = Path(__file__).resolve().parents[1] / "data"


def _rows(table: str) -> list[dict[str, str]]:
    with (DATA / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _table(name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData(), autoload_with=op.get_bind(), resolve_fks=False)


def _typed(table: sa.Table, row: dict[str, str]) -> dict[str, Any]:
    """A csv row as values of the table's columns; an empty cell of a column that may be null is null."""
    values: dict[str, Any] = {}
    for name, text in row.items():
        column = table.columns[name]
        if text == "" and column.nullable:
            values[name] = None
        elif column.type.python_type is date:
            values[name] = date.fromisoformat(text)
        elif column.type.python_type is bool:
            values[name] = text == "true"
        else:
            values[name] = int(text) if column.type.python_type is int else text
    return values


def seed_table(name: str, into: str | None = None) -> None:
    """Insert the rows of data/<name>.csv whose key the table does not hold; the table of the same name, or `into`."""
    table = _table(into or name)
    for row in _rows(name):
        op.get_bind().execute(insert(table).values(**_typed(table, row)).on_conflict_do_nothing())


def seed_missing_parameters() -> None:
    """Insert the rows of parameters.csv whose key the table does not know; a database made anew knows them all."""
    table = _table("parameters")
    known = set(op.get_bind().scalars(sa.select(table.columns.key).distinct()))
    for row in _rows("parameters"):
        if row["key"] not in known:
            op.get_bind().execute(sa.insert(table).values(**_typed(table, row)))


def refresh_columns(name: str, columns: Sequence[str]) -> None:
    """Fill columns a table got anew in the rows that data/<name>.csv states, found by their key."""
    table = _table(name)
    for row in _rows(name):
        values = _typed(table, row)
        key = sa.and_(*(column == values[column.name] for column in table.primary_key))
        op.get_bind().execute(sa.update(table).where(key).values({column: values[column] for column in columns}))
