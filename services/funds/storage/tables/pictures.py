"""Tables of picture data: what project kinds are called."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from services.funds.storage.tables.metadata import Base


class ProjectKind(Base):
    """A category of projects as projects say it, with its names."""

    __tablename__ = "project_kinds"

    code: Mapped[str] = mapped_column(String(64), primary_key=True)
    label_zh: Mapped[str]
    label_en: Mapped[str]
    source: Mapped[str]
