"""Table of the progress of changes of keys: what lets a rotation that was broken off go on where it stopped."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.storage.tables.declarative import Base


class KeyRotation(Base):
    """One table's way to a key: rows up to `last_id` are done. `key_name` is the key moved to; holds no key.

    `table_name` households stands for whole files: households, their members and their versions.
    """

    __tablename__ = "key_rotations"
    __table_args__ = (
        CheckConstraint("kind in ('seal', 'index')", name="kind_known"),
        CheckConstraint("state in ('running', 'done', 'superseded')", name="state_known"),
        CheckConstraint("(state = 'running') = (finished_at is null)", name="finished_has_instant"),
        Index(
            "uq_key_rotations_running",
            "kind",
            "table_name",
            unique=True,
            postgresql_where=text("state = 'running'"),
        ),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    kind: Mapped[str]
    key_name: Mapped[str]
    table_name: Mapped[str]
    last_id: Mapped[UUID | None]
    rows_done: Mapped[int]
    values_done: Mapped[int]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    state: Mapped[str]
