"""Who the subjects of the external issuer are here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.storage.tables.metadata import Base


class IssuerLink(Base):
    """A subject of the external issuer and the account an administrator tied it to."""

    __tablename__ = "issuer_links"
    __table_args__ = (UniqueConstraint("issuer", "subject"), Index(None, "account_id"))

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    issuer: Mapped[str]
    subject: Mapped[str]
    account_id: Mapped[str] = mapped_column(ForeignKey("accounts.id"))
    created_at: Mapped[datetime]
    created_by: Mapped[str]
