"""The two tables of places hold every protected column there is."""

from __future__ import annotations

from sqlalchemy import LargeBinary

from services.registry.storage.household_records import CONTENT, MEMBER_CONTENT
from services.registry.storage.ids import new_id
from services.registry.storage.sealed_places import INDEXED, SEALED, of_table
from services.registry.storage.tables import Base


def test_every_sealed_column_of_every_table_is_walked_by_rotation() -> None:
    listed = {(column.table, column.column) for column in SEALED}
    named = {
        (table.name, name) for table in Base.metadata.tables.values() for name in table.c if "_sealed" in name.name
    }
    assert {(table, column.name) for table, column in named} | {("household_import_files", "content")} == listed


def test_every_blind_index_is_walked_by_a_change_of_the_index_key() -> None:
    indexes = {
        (table.name, column.name)
        for table in Base.metadata.tables.values()
        for column in table.c
        if column.name.endswith("_index") and isinstance(column.type, LargeBinary)
    }
    assert indexes == {(indexed.table, indexed.column) for indexed in INDEXED}


def test_versions_hold_the_sealed_columns_of_household_and_member_under_the_same_names() -> None:
    assert {name for name in CONTENT if name.endswith("_sealed")} == {c.column for c in of_table("households")}
    assert {name for name in MEMBER_CONTENT if name.endswith("_sealed")} == {
        column.column for column in of_table("household_members")
    }


def test_what_is_bound_into_a_value_names_table_row_and_column_once_each() -> None:
    row = new_id()
    assert {column.place(row).bound() for column in SEALED} == {
        f"{column.table}|{row}|{column.bound_as}".encode() for column in SEALED
    }
    assert len({column.place(row).bound() for column in SEALED}) == len(SEALED)
