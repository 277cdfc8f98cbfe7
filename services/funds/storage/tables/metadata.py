"""What every table of funds shares: the metadata and its names."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.chassis.tables import NAMING, TYPES


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = TYPES


class Entered:
    """Who entered a row and when: the account for the record, the person to tell maker from checker."""

    entered_at: Mapped[datetime]
    entered_by: Mapped[str]
    entered_person: Mapped[str]
    entered_office: Mapped[str]


class Decided:
    """Who decided on a row; null while nobody has."""

    decided_on: Mapped[date | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[str | None]
    decided_person: Mapped[str | None]
    decided_office: Mapped[str | None]
    opinion: Mapped[str | None] = mapped_column(default=None)
