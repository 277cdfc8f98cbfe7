"""Table of changes of the lists: what money is called and what it must not be used for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, Identity, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base, Decided, Entered


class VocabularyChange(Entered, Decided, Base):
    """A new row of a list, or the end of one, as it was asked for. With the approval the list itself changes."""

    __tablename__ = "vocabulary_changes"
    __table_args__ = (
        CheckConstraint("state in ('proposed','approved','refused')", name="state"),
        CheckConstraint("decided_person <> entered_person", name="two_persons"),
        Index(None, "division_code", "id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    what: Mapped[str] = mapped_column(String(32))
    division_code: Mapped[str] = mapped_column(String(12))
    fund_kind: Mapped[str] = mapped_column(String(64))
    change: Mapped[dict[str, Any]]
    """The change as it was sent in; its form is that of `what`."""
    state: Mapped[str]
