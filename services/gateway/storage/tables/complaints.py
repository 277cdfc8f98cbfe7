"""Complaints (12317): the case, everything said and done in it, its files. What people wrote is sealed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from services.gateway.storage.tables.metadata import Base


class Complaint(Base):
    """A complaint as it stands. Where it stood before is in its entries."""

    __tablename__ = "complaints"
    __table_args__ = (
        UniqueConstraint("code_digest"),
        UniqueConstraint("submission_digest"),
        CheckConstraint(
            "state in ('received', 'accepted', 'waiting', 'drafted', 'replied', 'closed')", name="state_known"
        ),
        CheckConstraint("(name_sealed is null) = (telephone_sealed is null)", name="named_or_anonymous"),
        CheckConstraint("satisfaction between 1 and 5", name="satisfaction_range"),
        CheckConstraint("(due_on is null) = (state in ('replied', 'closed'))", name="due_while_open"),
        Index(None, "handler_office", "state", "id"),
        Index(None, "area_code", "received_on"),
        Index(None, "due_on"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    """Random: says neither how many there are nor when it came."""
    code_digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the tracking code, which nobody but the complainant has."""
    submission_digest: Mapped[str] = mapped_column(String(64))
    content_digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 over the submission token and everything sent with it."""
    code_wrapped: Mapped[bytes]
    """The tracking code under a key drawn from the submission token, so that only a repetition gets it again."""
    kind: Mapped[str]
    area_code: Mapped[str] = mapped_column(String(12))
    text_sealed: Mapped[bytes]
    name_sealed: Mapped[bytes | None]
    telephone_sealed: Mapped[bytes | None]
    about_level: Mapped[str]
    """Level of the body complained about; empty when it is about none."""
    about_office: Mapped[str]
    about_person_sealed: Mapped[bytes | None]
    excluded_persons: Mapped[list[str]]
    """People of the offices concerned who bear the name complained about: the case is absent to them."""
    handler_office: Mapped[str]
    """Empty while no office exists that may handle it."""
    handler_division: Mapped[str] = mapped_column(String(12))
    state: Mapped[str]
    received_on: Mapped[date]
    due_on: Mapped[date | None]
    late: Mapped[bool]
    """Whether a deadline ever passed without the step."""
    replied_on: Mapped[date | None]
    reopened: Mapped[bool]
    satisfaction: Mapped[int | None]
    created_at: Mapped[datetime]


class ComplaintEntry(Base):
    """One step of a complaint: by whom, when, and what was said. Append only."""

    __tablename__ = "complaint_entries"
    __table_args__ = (
        UniqueConstraint("complaint_id", "escalated_to"),
        Index(None, "complaint_id", "id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    number: Mapped[int] = mapped_column(Identity(always=True))
    """The order of entries."""
    complaint_id: Mapped[str] = mapped_column(ForeignKey("complaints.id"))
    at: Mapped[datetime]
    kind: Mapped[str]
    account: Mapped[str]
    """Empty for the complainant and for what happened by itself."""
    person: Mapped[str]
    office: Mapped[str]
    text_sealed: Mapped[bytes | None]
    draft_id: Mapped[str | None] = mapped_column(String(32))
    """Of a release or its refusal: the draft it is about."""
    escalated_to: Mapped[str | None]
    """The level an overdue case went up to: once for each level."""
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)


class ComplaintFile(Base):
    """A file sent with a complaint, sealed. Append only; never served to the public."""

    __tablename__ = "complaint_files"
    __table_args__ = (Index(None, "complaint_id"), CheckConstraint("size > 0", name="not_empty"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    complaint_id: Mapped[str] = mapped_column(ForeignKey("complaints.id"))
    number: Mapped[int]
    media_type: Mapped[str]
    size: Mapped[int]
    content_sealed: Mapped[bytes]
    at: Mapped[datetime]
