"""SQL of a change of the seal key: every sealed value, a batch at a time, beside the running gateway.

As the owner role, which alone may touch what is append only. A row somebody works on is left out and comes later, so
that a change of keys never waits for a lock nor stands in a deadlock. How far it came is told by the rows themselves:
each value names the key it is sealed with.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, NullPool, func, or_, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from services.gateway.domain import sealed_places
from services.gateway.storage.tables import Complaint, ComplaintEntry, ComplaintFile, SecondFactor, WebhookEndpoint
from shared.chassis.database import async_url

LONGEST_NAME = 9
"""Letters of a key's name at most; a colon follows it."""


@dataclass(frozen=True, slots=True)
class SealedColumn:
    """A column of sealed values and where the value of a row stands."""

    name: str
    place: Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table with sealed columns, in the order of its key."""

    rows: Any
    key: str
    columns: tuple[SealedColumn, ...]
    at_once: int
    """Rows of a batch: files are held in memory whole."""

    @property
    def name(self) -> str:
        return str(self.rows.__tablename__)


def _of_complaint(column: str) -> SealedColumn:
    return SealedColumn(column, lambda row: sealed_places.complaint(column, row.id))


_COMPLAINT = ("text_sealed", "name_sealed", "telephone_sealed", "about_person_sealed")
SEALED = (
    SealedTable(Complaint, "id", tuple(_of_complaint(name) for name in _COMPLAINT), 500),
    SealedTable(
        ComplaintEntry, "id", (SealedColumn("text_sealed", lambda row: sealed_places.complaint_entry(row.id)),), 500
    ),
    SealedTable(
        ComplaintFile, "id", (SealedColumn("content_sealed", lambda row: sealed_places.complaint_file(row.id)),), 1
    ),
    SealedTable(
        SecondFactor, "account_id", (SealedColumn("secret", lambda row: sealed_places.second_factor(row.account_id)),),
        500,
    ),
    SealedTable(
        WebhookEndpoint, "id",
        (
            SealedColumn("secret_sealed", lambda row: sealed_places.webhook_secret(row.id, row.secret_number)),
            SealedColumn("old_secret_sealed", lambda row: sealed_places.webhook_secret(row.id, row.secret_number - 1)),
        ),
        500,
    ),
)  # fmt: skip
"""Everything the gateway keeps sealed. Cursors of public reads are sealed too, but nobody keeps them."""


def owner_engine(dsn: str) -> AsyncEngine:
    """Connections of the owner role."""
    settings = {"timezone": "UTC", "application_name": "lika rotate_seal_key"}
    return create_async_engine(
        async_url(dsn), poolclass=NullPool, hide_parameters=True, connect_args={"server_settings": settings}
    )


async def counts(session: AsyncSession, table: SealedTable) -> dict[str, dict[str, int]]:
    """How many values of each column are under each key, by its name."""
    return {column.name: await _counts(session, _column(table, column)) for column in table.columns}


async def _counts(session: AsyncSession, sealed: ColumnElement[bytes]) -> dict[str, int]:
    name = func.split_part(func.encode(func.substr(sealed, 1, LONGEST_NAME + 1), "escape"), ":", 1)
    query = select(name, func.count()).where(sealed.is_not(None)).group_by(name).order_by(name)
    return {row[0]: row[1] for row in await session.execute(query)}


async def lock_stale(session: AsyncSession, table: SealedTable, present: str, after: str) -> Sequence[Any]:
    """The next rows by key with a value under another seal key, but for those somebody holds."""
    begins = f"{present}:".encode()
    key = getattr(table.rows, table.key)
    others = (func.substr(_column(table, column), 1, len(begins)) != begins for column in table.columns)
    query = select(table.rows).where(key > after, or_(*others)).order_by(key).limit(table.at_once)
    query = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return (await session.scalars(query)).all()


def _column(table: SealedTable, column: SealedColumn) -> ColumnElement[bytes]:
    found: ColumnElement[bytes] = getattr(table.rows, column.name)
    return found
