"""Tables of household files: what stands now, every version there was, and who decided what."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.storage.tables.declarative import Base


class Household(Base):
    """A household file as it stands. `*_sealed` columns hold ciphertext; `village_code` is where it belongs now."""

    __tablename__ = "households"
    __table_args__ = (
        CheckConstraint(
            "status in ('draft', 'proposed', 'returned', 'registered', 'exited', 'removed')", name="status_known"
        ),
        CheckConstraint("not main_cause = any(other_causes)", name="causes_differ"),
        CheckConstraint("member_count >= 1", name="somebody_in_it"),
        CheckConstraint(
            "least(wage_fen, business_fen, property_fen, transfer_fen, business_cost_fen) >= 0", name="income_items"
        ),
        CheckConstraint("(status = 'registered') <= (registered_on is not null)", name="registered_has_day"),
        Index(None, "village_code", "household_no"),
        Index(
            "uq_households_national_household_no",
            "national_household_no",
            unique=True,
            postgresql_where=text("national_household_no is not null"),
        ),
        Index(
            "uq_households_import_serial",
            "import_id",
            "import_serial",
            unique=True,
            postgresql_where=text("import_id is not null"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    household_no: Mapped[int] = mapped_column(BigInteger, Identity(always=True, start=1_000_000_001), unique=True)
    national_household_no: Mapped[str | None]
    village_code: Mapped[str] = mapped_column(String(12), ForeignKey("divisions.code"))
    group_name: Mapped[str]
    status: Mapped[str]
    version: Mapped[int]
    standard: Mapped[str]
    attribute: Mapped[str]
    main_cause: Mapped[str]
    other_causes: Mapped[list[str]] = mapped_column(ARRAY(String))
    housing_level: Mapped[str]
    safe_water: Mapped[bool]
    electricity: Mapped[bool]
    wage_fen: Mapped[int]
    business_fen: Mapped[int]
    property_fen: Mapped[int]
    transfer_fen: Mapped[int]
    business_cost_fen: Mapped[int]
    phone_sealed: Mapped[str | None]
    bank_name: Mapped[str | None]
    bank_account_sealed: Mapped[str | None]
    head_name: Mapped[str]
    head_pinyin: Mapped[str]
    member_count: Mapped[int]
    opened_on: Mapped[date]
    registered_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    import_id: Mapped[UUID | None]
    import_serial: Mapped[str | None]


class HouseholdMember(Base):
    """A person of a household; one who left stays here, inactive, with the reason and the day."""

    __tablename__ = "household_members"
    __table_args__ = (
        CheckConstraint("num_nonnulls(education, schooling) = 1", name="education_xor_schooling"),
        CheckConstraint("away_months between 0 and 12", name="away_months_range"),
        CheckConstraint("sex in ('1', '2')", name="sex_known"),
        CheckConstraint("active = (departure is null) and active = (departed_on is null)", name="departure_whole"),
        Index(
            "uq_household_members_active_identity",
            "identity_index",
            unique=True,
            postgresql_where=text("active"),
        ),
        Index("ix_household_members_identity", "identity_index"),
        Index(
            "uq_household_members_one_head",
            "household_id",
            unique=True,
            postgresql_where=text("active and relation = 'head'"),
        ),
        Index(None, "household_id", "position"),
        Index("ix_household_members_name_characters", text("string_to_array(name, NULL)"), postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"))
    position: Mapped[int]
    name: Mapped[str]
    name_pinyin: Mapped[str]
    identity_sealed: Mapped[str]
    identity_index: Mapped[bytes]
    sex: Mapped[str]
    birth_date: Mapped[date]
    relation: Mapped[str]
    ethnicity: Mapped[str]
    education: Mapped[str | None]
    schooling: Mapped[str | None]
    health: Mapped[list[str]] = mapped_column(ARRAY(String))
    labour: Mapped[str]
    politics: Mapped[str | None]
    medical_insurance: Mapped[bool]
    pension_insurance: Mapped[bool]
    away_months: Mapped[int]
    active: Mapped[bool]
    departure: Mapped[str | None]
    departed_on: Mapped[date | None]


class HouseholdVersion(Base):
    """The whole file as it stood from `recorded_at` on; protected values stay sealed. Append only."""

    __tablename__ = "household_versions"
    __table_args__ = (Index(None, "household_id", "recorded_on"),)

    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]
    village_code: Mapped[str] = mapped_column(String(12))
    recorded_at: Mapped[datetime]
    recorded_on: Mapped[date]
    content: Mapped[dict[str, Any]]


class HouseholdEvent(Base):
    """Who did what to a file, when and why: changes and decisions. Append only, no personal data."""

    __tablename__ = "household_events"
    __table_args__ = (Index(None, "household_id", "id"),)

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"))
    version: Mapped[int]
    kind: Mapped[str]
    at: Mapped[datetime]
    on: Mapped[date]
    by: Mapped[str]
    person: Mapped[str]
    office: Mapped[str]
    reason: Mapped[str]
    identification_id: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]]
