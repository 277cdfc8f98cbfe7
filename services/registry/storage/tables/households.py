"""Tables of household files: what stands now, every version there was, and who decided what."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Numeric, SmallInteger, String, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.registry.storage.tables.declarative import Base
from shared.chassis.changes import WRITTEN_IN

AREA = Numeric(9, 2)
"""Mu, square metres, kilometres: two decimals."""


class Household(Base):
    """A household file as it stands. `*_sealed` columns hold ciphertext; `village_code` is where it belongs now."""

    __tablename__ = "households"
    __table_args__ = (
        CheckConstraint(
            "status in ('draft', 'proposed', 'returned', 'registered', 'exited', 'removed', 'closed')",
            name="status_known",
        ),
        CheckConstraint("not main_cause = any(other_causes)", name="causes_differ"),
        CheckConstraint("(member_count = 0) = (status = 'closed')", name="somebody_in_it"),
        CheckConstraint(
            "(status = 'closed') = (closing is not null)"
            " and (closing is null or closing in ('natural', 'merged'))"
            " and (merged_into is not null) = (coalesce(closing, '') = 'merged')",
            name="closing_whole",
        ),
        CheckConstraint(
            "num_nulls(wage_fen, business_fen, property_fen, transfer_fen, business_cost_fen) in (0, 5)",
            name="income_whole_or_unstated",
        ),
        CheckConstraint(
            "least(wage_fen, business_fen, property_fen, transfer_fen, business_cost_fen) >= 0", name="income_items"
        ),
        CheckConstraint("(status = 'registered') <= (registered_on is not null)", name="registered_has_day"),
        Index(None, "village_code", "household_no"),
        # Of files that stand: the number of one that was removed or merged is another's.
        Index(
            "uq_households_national_household_no",
            "national_household_no",
            unique=True,
            postgresql_where=text(
                "national_household_no is not null and status <> 'removed' and closing is distinct from 'merged'"
            ),
        ),
        Index(None, "merged_into", postgresql_where=text("merged_into is not null")),
        Index(None, "national_household_no", postgresql_where=text("national_household_no is not null")),
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
    natural_village: Mapped[str | None] = mapped_column(String(15))
    status: Mapped[str]
    version: Mapped[int]
    phone_sealed: Mapped[str | None]
    standard: Mapped[str | None]
    attribute: Mapped[str | None]
    household_type: Mapped[str | None]
    identified_on: Mapped[date | None]
    main_cause: Mapped[str | None]
    other_causes: Mapped[list[str]] = mapped_column(ARRAY(String))
    key_groups: Mapped[list[str]] = mapped_column(ARRAY(String), server_default="{}")
    housing_level: Mapped[str | None]
    housing_structure: Mapped[str | None]
    housing_area_m2: Mapped[Decimal | None] = mapped_column(AREA)
    built_year: Mapped[int | None] = mapped_column(SmallInteger)
    toilet: Mapped[bool | None]
    safe_water: Mapped[bool | None]
    water_difficult: Mapped[bool | None]
    water_source: Mapped[str | None]
    electricity: Mapped[bool | None]
    production_power: Mapped[bool | None]
    road_type: Mapped[str | None]
    road_distance_km: Mapped[Decimal | None] = mapped_column(AREA)
    fuels: Mapped[list[str]] = mapped_column(ARRAY(String), server_default="{}")
    arable_mu: Mapped[Decimal | None] = mapped_column(AREA)
    irrigated_mu: Mapped[Decimal | None] = mapped_column(AREA)
    forest_mu: Mapped[Decimal | None] = mapped_column(AREA)
    returned_forest_mu: Mapped[Decimal | None] = mapped_column(AREA)
    fruit_mu: Mapped[Decimal | None] = mapped_column(AREA)
    pasture_mu: Mapped[Decimal | None] = mapped_column(AREA)
    water_mu: Mapped[Decimal | None] = mapped_column(AREA)
    industry_type: Mapped[str | None]
    industry_organisation: Mapped[str | None]
    cooperative: Mapped[bool | None]
    mutual_fund_fen: Mapped[int | None]
    microcredit_fen: Mapped[int | None]
    other_loan_fen: Mapped[int | None]
    relocation_mode: Mapped[str | None]
    relocation_willing: Mapped[bool | None]
    relocated_year: Mapped[int | None] = mapped_column(SmallInteger)
    wage_fen: Mapped[int | None]
    business_fen: Mapped[int | None]
    property_fen: Mapped[int | None]
    transfer_fen: Mapped[int | None]
    business_cost_fen: Mapped[int | None]
    income_items: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    stated_per_head_fen: Mapped[int | None]
    self_paid_medical_fen: Mapped[int | None]
    monitor_type: Mapped[str | None]
    risks: Mapped[list[str]] = mapped_column(ARRAY(String), server_default="{}")
    risk_note: Mapped[str | None]
    risk_identified_on: Mapped[date | None]
    measures: Mapped[list[str]] = mapped_column(ARRAY(String), server_default="{}")
    first_measure_on: Mapped[date | None]
    risk_cleared_on: Mapped[date | None]
    risk_clearing: Mapped[str | None]
    monitor_contact: Mapped[str | None]
    monitor_phone_sealed: Mapped[str | None]
    bank_name: Mapped[str | None]
    bank_account_sealed: Mapped[str | None]
    head_name: Mapped[str]
    head_pinyin: Mapped[str]
    member_count: Mapped[int]
    opened_on: Mapped[date]
    registered_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    closing: Mapped[str | None]
    split_from: Mapped[UUID | None] = mapped_column(ForeignKey("households.id"))
    merged_into: Mapped[UUID | None] = mapped_column(ForeignKey("households.id"))
    import_id: Mapped[UUID | None]
    import_serial: Mapped[str | None]


class HouseholdMember(Base):
    """A person of a household; one who left stays here, inactive, with the reason and the day.

    `joined_on` is null for those of the file's beginning; `came_from_member_id` is their row on the file before.
    """

    __tablename__ = "household_members"
    __table_args__ = (
        CheckConstraint(
            "num_nonnulls(education, schooling) = 1 or (education is null and dropout_reason is not null)",
            name="education_xor_schooling",
        ),
        CheckConstraint(
            "num_nonnulls(disability_sealed, disability_category, disability_grade) in (0, 3)",
            name="disability_whole",
        ),
        CheckConstraint("away_months between 0 and 12", name="away_months_range"),
        CheckConstraint("sex in ('1', '2')", name="sex_known"),
        CheckConstraint("active = (departure is null) and active = (departed_on is null)", name="departure_whole"),
        CheckConstraint("num_nonnulls(absence, absent_from, absence_counted) in (0, 3)", name="absence_whole"),
        CheckConstraint("active or absence is null", name="absence_of_somebody_here"),
        Index(
            "uq_household_members_active_identity",
            "identity_index",
            unique=True,
            postgresql_where=text("active"),
        ),
        # Both together find a number on whatever file it is or was: ask for either (storage/eligibility.py).
        Index("ix_household_members_departed_identity", "identity_index", postgresql_where=text("not active")),
        Index(
            "uq_household_members_one_head",
            "household_id",
            unique=True,
            postgresql_where=text("active and relation = 'head'"),
        ),
        # Without the position: the people of one household share one entry, and three of them are sorted in no time.
        Index(None, "household_id"),
        # What waits to be put in its place is read by every search and leaves its pages behind: little may wait.
        Index(
            "ix_household_members_name_characters",
            text("string_to_array(name, NULL)"),
            postgresql_using="gin",
            postgresql_with={"gin_pending_list_limit": 1024},
        ),
        # Names with a character that stands doubled, a thousandth of all or so (storage/filter_clauses.py).
        Index(
            "ix_household_members_name_doubled",
            text("string_to_array(name, NULL)"),
            postgresql_using="gin",
            postgresql_where=text(r"name ~ '(.)\1'"),
        ),
        # With those who left: the checks of data quality look at them too, by area.
        Index("ix_household_members_village", "village_code", "id"),
        Index("ix_household_members_pinyin", "name_pinyin", postgresql_where=text("active")),
        Index("ix_household_members_initials", "name_initials", postgresql_where=text("active")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"))
    village_code: Mapped[str] = mapped_column(String(12))
    position: Mapped[int] = mapped_column(SmallInteger)
    name: Mapped[str]
    name_pinyin: Mapped[str]
    name_initials: Mapped[str]
    identity_sealed: Mapped[str]
    identity_index: Mapped[bytes]
    sex: Mapped[str]
    birth_date: Mapped[date]
    relation: Mapped[str]
    ethnicity: Mapped[str]
    education: Mapped[str | None]
    schooling: Mapped[str | None]
    dropout_reason: Mapped[str | None]
    health: Mapped[list[str]] = mapped_column(ARRAY(String))
    disability_sealed: Mapped[str | None]
    disability_category: Mapped[str | None]
    disability_grade: Mapped[str | None]
    labour: Mapped[str | None]
    politics: Mapped[str | None]
    medical_insurance: Mapped[bool | None]
    employee_medical: Mapped[bool | None]
    serious_illness_insurance: Mapped[bool | None]
    medical_aid: Mapped[bool | None]
    pension_insurance: Mapped[bool | None]
    employee_pension: Mapped[bool | None]
    commercial_insurance: Mapped[bool | None]
    dibao: Mapped[bool | None]
    tekun: Mapped[bool | None]
    health_card: Mapped[bool | None]
    left_behind: Mapped[str | None]
    away_months: Mapped[int] = mapped_column(SmallInteger)
    away_region: Mapped[str | None]
    away_place: Mapped[str | None] = mapped_column(String(12))
    away_from: Mapped[date | None]
    away_to: Mapped[date | None]
    away_income_fen: Mapped[int | None]
    employer: Mapped[str | None]
    job_channel: Mapped[str | None]
    public_post: Mapped[str | None]
    public_post_months: Mapped[int | None] = mapped_column(SmallInteger)
    mandarin: Mapped[bool | None]
    military: Mapped[bool | None]
    phone_sealed: Mapped[str | None]
    national_person_no: Mapped[str | None]
    identified_on: Mapped[date | None]
    active: Mapped[bool]
    departure: Mapped[str | None]
    departed_on: Mapped[date | None]
    joined_on: Mapped[date | None]
    came_from_member_id: Mapped[UUID | None] = mapped_column(ForeignKey("household_members.id"))
    absence: Mapped[str | None]
    absent_from: Mapped[date | None]
    absence_counted: Mapped[bool | None]


class HouseholdVersion(Base):
    """The whole file as known from `recorded_at` on; what this version changed is true since `true_from`.

    Protected values stay sealed. Append only.
    """

    __tablename__ = "household_versions"
    __table_args__ = (
        Index(None, "household_id", "recorded_on"),
        Index("ix_household_versions_written", "written_in", "household_id"),
    )
    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012 - the declarative form

    household_id: Mapped[UUID] = mapped_column(ForeignKey("households.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str]
    village_code: Mapped[str] = mapped_column(String(12))
    recorded_at: Mapped[datetime]
    recorded_on: Mapped[date]
    true_from: Mapped[date]
    content: Mapped[dict[str, Any]]
    written_in: Mapped[int] = mapped_column(server_default=text(WRITTEN_IN))


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
    office_name: Mapped[str | None]
    reason: Mapped[str]
    identification_id: Mapped[UUID | None]
    facts: Mapped[dict[str, Any]]
