"""Every place where a protected value stands. Rotation walks these two tables; a new column is one line here."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple
from uuid import UUID


class Place(NamedTuple):
    """Where a sealed value stands: bound into it, so that it opens nowhere else."""

    table: str
    row: UUID
    column: str

    def bound(self) -> bytes:
        """The additional data, `table|row|column`."""
        row = self.row.hex
        return f"{self.table}|{row[:8]}-{row[8:12]}-{row[12:16]}-{row[16:20]}-{row[20:]}|{self.column}".encode()


class SealedColumn(NamedTuple):
    """A column of sealed values, text unless `binary`, in a table whose key is one UUID.

    `bound_as` is the name bound into the values. Those of households and their members also stand, under the
    column's name, in the contents of `CONTENT_TABLES`.
    """

    table: str
    column: str
    bound_as: str
    key: str = "id"
    binary: bool = False

    def place(self, row: UUID) -> Place:
        return Place(self.table, row, self.bound_as)

    def bound_around(self) -> tuple[str, str]:
        """What stands before and after a row's id in the additional data of its place."""
        return f"{self.table}|", f"|{self.bound_as}"


class IndexedColumn(NamedTuple):
    """A column of blind indexes and the sealed column beside it whose values it finds."""

    table: str
    column: str
    sealed: str


PHONE = SealedColumn("households", "phone_sealed", "phone")
BANK_ACCOUNT = SealedColumn("households", "bank_account_sealed", "bank_account")
MONITOR_PHONE = SealedColumn("households", "monitor_phone_sealed", "monitor_phone")
IDENTITY = SealedColumn("household_members", "identity_sealed", "identity_number")
MEMBER_PHONE = SealedColumn("household_members", "phone_sealed", "phone")
DISABILITY = SealedColumn("household_members", "disability_sealed", "disability")
CORRECTION = SealedColumn("corrections", "body_sealed", "body")
UPLOAD = SealedColumn("household_import_files", "content", "content", binary=True)

SEALED: tuple[SealedColumn, ...] = (
    PHONE,
    BANK_ACCOUNT,
    MONITOR_PHONE,
    IDENTITY,
    MEMBER_PHONE,
    DISABILITY,
    CORRECTION,
    UPLOAD,
)
INDEXED: tuple[IndexedColumn, ...] = (IndexedColumn("household_members", "identity_index", "identity_sealed"),)

FILE_TABLES = ("households", "household_members")
CONTENT_TABLES = ("household_versions", "household_slices")
"""The sealed values of the former also stand in the contents of the latter: they are moved together, file by file."""


@cache
def of_table(table: str) -> tuple[SealedColumn, ...]:
    """The sealed columns of a table."""
    return tuple(column for column in SEALED if column.table == table)


def identity_of(member: UUID) -> Place:
    return IDENTITY.place(member)


def phone_of(household: UUID) -> Place:
    return PHONE.place(household)


def account_of(household: UUID) -> Place:
    return BANK_ACCOUNT.place(household)


def monitor_phone_of(household: UUID) -> Place:
    return MONITOR_PHONE.place(household)


def member_phone_of(member: UUID) -> Place:
    return MEMBER_PHONE.place(member)


def disability_of(member: UUID) -> Place:
    return DISABILITY.place(member)


def correction_of(correction: UUID) -> Place:
    return CORRECTION.place(correction)


def upload_of(part_id: UUID) -> Place:
    return UPLOAD.place(part_id)
