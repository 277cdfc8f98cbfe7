"""Seeding policy figures: what data/parameters.csv states and the table does not hold yet."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from alembic import op

from shared.chassis import clock

CSV = Path(__file__).resolve().parents[1] / "data" / "parameters.csv"


def seed_missing_parameters() -> None:
    """Insert the rows of parameters.csv whose key the table does not know; a database made anew knows them all.

    Never touches a key that is there: its rows may be an office's own by now.
    """
    connection = op.get_bind()
    known = {row[0] for row in connection.execute(sa.text("select distinct key from parameters"))}
    insert = sa.text(
        "insert into parameters (key, division_code, valid_from, valid_to, value, unit, source, set_by, set_at)"
        " values (:key, :division_code, :valid_from, :valid_to, :value, :unit, :source, 'migration', :set_at)"
    )
    with CSV.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["key"] not in known:
                days = {
                    "valid_from": date.fromisoformat(row["valid_from"]),
                    "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                }
                connection.execute(insert, row | days | {"set_at": clock.now()})
