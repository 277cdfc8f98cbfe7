"""household programmes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.funds.migrations.seeding import refresh_columns, seed_missing_parameters, seed_table

revision = "0006"
down_revision = "0005"

STATES = "'refused','prepared','approved','stopped','ordered','paid','returned'"
PROGRAMME_CHECKS = {
    "once_per": "once_per in ('person','household')",
    "payee": "payee in ('person','head','guardian')",
    "period_kind": "period_kind in ('year','school_year','occasion','once')",
}
PROGRAMME_COLUMNS = (
    sa.Column("once_per", sa.String(), server_default="person", nullable=False),
    sa.Column("statuses", sa.String(), server_default="eligible", nullable=False),
    sa.Column("conditions", sa.String(), server_default="", nullable=False),
    sa.Column("payee", sa.String(), server_default="head", nullable=False),
    sa.Column("person_year_cap_fen", sa.BigInteger(), nullable=True),
    sa.Column("household_year_cap_fen", sa.BigInteger(), nullable=True),
    sa.Column("computable", sa.Boolean(), server_default=sa.false(), nullable=False),
)
LINE_COLUMNS = (
    sa.Column("reason_detail", sa.String(), nullable=True),
    sa.Column("facts", postgresql.JSONB(), nullable=True),
    sa.Column("facts_hash", sa.String(64), nullable=True),
    sa.Column("payee_person_id", sa.String(), nullable=True),
    sa.Column("payee_basis", sa.String(), nullable=True),
    sa.Column("account_mark", sa.String(64), nullable=True),
    sa.Column("cool_until", sa.Date(), nullable=True),
    sa.Column("regrant_of", sa.BigInteger(), nullable=True),
)


def upgrade() -> None:
    _programmes()
    _lines()
    _holds()
    _payees()
    _claw_backs()
    _mandates()
    seed_table("programmes")
    refresh_columns("programmes", [column.name for column in PROGRAMME_COLUMNS])
    seed_table("programme_amounts")
    seed_table("programme_exclusions")
    seed_missing_parameters()


def _programmes() -> None:
    for column in PROGRAMME_COLUMNS:
        op.add_column("programmes", column.copy())
    for name, check in PROGRAMME_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_programmes_{name}"), "programmes", check)
    op.create_table(
        "programme_amounts",
        sa.Column("programme", sa.String(64), nullable=False),
        sa.Column("division_code", sa.String(12), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("conditions", sa.String(), nullable=False),
        sa.Column("per_person", sa.Boolean(), nullable=False),
        sa.Column("min_fen", sa.BigInteger(), nullable=False),
        sa.Column("max_fen", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("min_fen >= 1 and max_fen >= min_fen", name=op.f("ck_programme_amounts_range")),
        sa.PrimaryKeyConstraint(
            "programme", "division_code", "valid_from", "number", name=op.f("pk_programme_amounts")
        ),
    )
    op.create_table(
        "programme_exclusions",
        sa.Column("group_code", sa.String(64), nullable=False),
        sa.Column("programme", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("span", sa.String(), nullable=False),
        sa.Column("label_zh", sa.String(), nullable=False),
        sa.Column("label_en", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.CheckConstraint("subject in ('person','household')", name=op.f("ck_programme_exclusions_subject")),
        sa.CheckConstraint("span in ('period','year','once')", name=op.f("ck_programme_exclusions_span")),
        sa.PrimaryKeyConstraint("group_code", "programme", name=op.f("pk_programme_exclusions")),
    )


def _lines() -> None:
    for column in LINE_COLUMNS:
        op.add_column("grant_lines", column.copy())
    op.create_foreign_key(op.f("fk_grant_lines_regrant_of"), "grant_lines", "grant_lines", ["regrant_of"], ["id"])
    live = sa.text("live")
    op.create_index(op.f("ix_grant_lines_payee_person_id"), "grant_lines", ["payee_person_id"], postgresql_where=live)
    op.create_index(op.f("ix_grant_lines_account_mark"), "grant_lines", ["account_mark"], postgresql_where=live)
    op.create_index(op.f("ix_grant_lines_regrant_of"), "grant_lines", ["regrant_of"])
    op.create_index("uq_grant_lines_regrant_of", "grant_lines", ["regrant_of"], unique=True, postgresql_where=live)
    op.drop_constraint(op.f("ck_grant_lines_state"), "grant_lines")
    op.create_check_constraint(op.f("ck_grant_lines_state"), "grant_lines", f"state in ({STATES},'waiting')")


def _holds() -> None:
    op.create_table(
        "grant_holds",
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(80), nullable=False),
        sa.Column("topic", sa.String(80), nullable=False),
        sa.Column("span", sa.String(24), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["line_id"], ["grant_lines.id"], name=op.f("fk_grant_holds_line_id")),
        sa.PrimaryKeyConstraint("line_id", "subject", "topic", name=op.f("pk_grant_holds")),
    )
    op.create_index(
        "uq_grant_holds_once",
        "grant_holds",
        ["subject", "topic", "span"],
        unique=True,
        postgresql_where=sa.text("live"),
    )
    op.execute(
        "insert into grant_holds (line_id, subject, topic, span, live)"
        " select id, 'person:' || person_id, programme, period, true from grant_lines where live"
    )


def _payees() -> None:
    op.create_table(
        "grant_payees",
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("died_on", sa.Date(), nullable=True),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_grant_payees")),
    )


def _claw_backs() -> None:
    op.create_table(
        "claw_backs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("division_code", sa.String(12), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("died_on", sa.Date(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("recovered_on", sa.Date(), nullable=True),
        sa.Column("bank_reference", sa.String(64), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("settled_by", sa.String(), nullable=True),
        sa.Column("settled_person", sa.String(), nullable=True),
        sa.CheckConstraint("state in ('open','recovered','closed')", name=op.f("ck_claw_backs_state")),
        sa.ForeignKeyConstraint(["batch_id"], ["grant_batches.id"], name=op.f("fk_claw_backs_batch_id")),
        sa.ForeignKeyConstraint(["line_id"], ["grant_lines.id"], name=op.f("fk_claw_backs_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claw_backs")),
        sa.UniqueConstraint("bank_reference", name=op.f("uq_claw_backs_bank_reference")),
        sa.UniqueConstraint("line_id", name=op.f("uq_claw_backs_line_id")),
    )
    op.create_index(op.f("ix_claw_backs_state_division_code"), "claw_backs", ["state", "division_code"])


def _mandates() -> None:
    op.create_table(
        "grant_mandates",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("person_id", sa.String(), nullable=False),
        sa.Column("payee_person_id", sa.String(), nullable=False),
        sa.Column("household_id", sa.String(), nullable=False),
        sa.Column("division_code", sa.String(12), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("paper_sha256", sa.String(64), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("entered_by", "entered_person", "entered_office")),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        *(
            sa.Column(name, sa.String(), nullable=True)
            for name in ("decided_by", "decided_person", "decided_office", "opinion")
        ),
        sa.CheckConstraint("state in ('proposed','approved','refused')", name=op.f("ck_grant_mandates_state")),
        sa.CheckConstraint("decided_person <> entered_person", name=op.f("ck_grant_mandates_two_persons")),
        sa.CheckConstraint("valid_to is null or valid_to >= valid_from", name=op.f("ck_grant_mandates_days_in_order")),
        sa.CheckConstraint("person_id <> payee_person_id", name=op.f("ck_grant_mandates_two_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grant_mandates")),
    )
    op.create_index(
        op.f("ix_grant_mandates_person_id_payee_person_id"), "grant_mandates", ["person_id", "payee_person_id"]
    )


def downgrade() -> None:
    for table in ("grant_mandates", "claw_backs", "grant_payees", "grant_holds"):
        op.drop_table(table)
    op.drop_constraint(op.f("ck_grant_lines_state"), "grant_lines")
    op.execute("update grant_lines set state = 'stopped', live = false where state = 'waiting'")
    op.create_check_constraint(op.f("ck_grant_lines_state"), "grant_lines", f"state in ({STATES})")
    for column in LINE_COLUMNS:
        op.drop_column("grant_lines", column.name)
    for table in ("programme_exclusions", "programme_amounts"):
        op.drop_table(table)
    for name in PROGRAMME_CHECKS:
        op.drop_constraint(op.f(f"ck_programmes_{name}"), "programmes")
    for column in PROGRAMME_COLUMNS:
        op.drop_column("programmes", column.name)
