"""portal"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"

DATA = Path(__file__).resolve().parents[2] / "data"


def upgrade() -> None:
    op.create_table(
        "complaints",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("submission_digest", sa.String(length=64), nullable=False),
        sa.Column("content_digest", sa.String(length=64), nullable=False),
        sa.Column("code_wrapped", sa.LargeBinary(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("area_code", sa.String(length=12), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("telephone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("about_level", sa.String(), nullable=False),
        sa.Column("about_office", sa.String(), nullable=False),
        sa.Column("about_person_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("excluded_persons", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("handler_office", sa.String(), nullable=False),
        sa.Column("handler_division", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("replied_on", sa.Date(), nullable=True),
        sa.Column("reopened", sa.Boolean(), nullable=False),
        sa.Column("satisfaction", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state in ('received', 'accepted', 'waiting', 'drafted', 'replied', 'closed')",
            name=op.f("ck_complaints_state_known"),
        ),
        sa.CheckConstraint(
            "(name_sealed is null) = (telephone_sealed is null)", name=op.f("ck_complaints_named_or_anonymous")
        ),
        sa.CheckConstraint("satisfaction between 1 and 5", name=op.f("ck_complaints_satisfaction_range")),
        sa.CheckConstraint(
            "(due_on is null) = (state in ('replied', 'closed'))", name=op.f("ck_complaints_due_while_open")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaints")),
        sa.UniqueConstraint("code_digest", name=op.f("uq_complaints_code_digest")),
        sa.UniqueConstraint("submission_digest", name=op.f("uq_complaints_submission_digest")),
    )
    op.create_index(
        op.f("ix_complaints_handler_office_state_id"), "complaints", ["handler_office", "state", "id"], unique=False
    )
    op.create_index(
        op.f("ix_complaints_area_code_received_on"), "complaints", ["area_code", "received_on"], unique=False
    )
    op.create_index(op.f("ix_complaints_due_on"), "complaints", ["due_on"], unique=False)
    _create_entries()
    _create_files()
    _seed_parameters()


def _create_entries() -> None:
    op.create_table(
        "complaint_entries",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("complaint_id", sa.String(length=32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("person", sa.String(), nullable=False),
        sa.Column("office", sa.String(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("draft_id", sa.String(length=32), nullable=True),
        sa.Column("escalated_to", sa.String(), nullable=True),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name=op.f("fk_complaint_entries_complaint_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_entries")),
        sa.UniqueConstraint(
            "complaint_id", "escalated_to", name=op.f("uq_complaint_entries_complaint_id_escalated_to")
        ),
    )
    op.create_index(
        op.f("ix_complaint_entries_complaint_id_id"), "complaint_entries", ["complaint_id", "id"], unique=False
    )


def _create_files() -> None:
    op.create_table(
        "complaint_files",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("complaint_id", sa.String(length=32), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("size > 0", name=op.f("ck_complaint_files_not_empty")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name=op.f("fk_complaint_files_complaint_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_files")),
    )
    op.create_index(op.f("ix_complaint_files_complaint_id"), "complaint_files", ["complaint_id"], unique=False)


def _seed_parameters() -> None:
    """Insert the rows of parameters.csv that begin with `complaint_` and whose key the table does not know."""
    table = sa.table(
        "parameters",
        *(sa.column(name) for name in ("key", "division_code", "valid_from", "valid_to", "value", "unit", "source")),
    )
    known = set(op.get_bind().scalars(sa.select(table.c.key).distinct()))
    with (DATA / "parameters.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["key"].startswith("complaint_") and row["key"] not in known:
                values = row | {
                    "valid_from": date.fromisoformat(row["valid_from"]),
                    "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                    "value": int(row["value"]),
                }
                op.get_bind().execute(sa.insert(table).values(**values))


def downgrade() -> None:
    op.drop_table("complaint_files")
    op.drop_table("complaint_entries")
    op.drop_table("complaints")
