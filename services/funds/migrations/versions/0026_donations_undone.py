"""a donation entered wrongly is undone by two persons"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"

TABLE = "donation_reversals"
ONCE = "uq_donations_bank_reference"


def upgrade() -> None:
    op.add_column("donations", sa.Column("entry", sa.BigInteger(), server_default="1", nullable=False))
    op.drop_constraint(ONCE, "donations")
    op.create_unique_constraint(ONCE, "donations", ["county_code", "bank_reference", "entry"])
    op.create_table(
        TABLE,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("donation_id", sa.BigInteger(), nullable=False),
        sa.Column("division_code", sa.String(12), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("reason", "state", "entered_by", "entered_person", "entered_office")
        ),
        *(sa.Column(name, sa.String()) for name in ("decided_by", "decided_person", "decided_office", "opinion")),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_on", sa.Date()),
        sa.CheckConstraint("state in ('proposed','approved','refused')", name=op.f(f"ck_{TABLE}_state")),
        sa.CheckConstraint("decided_person <> entered_person", name=op.f(f"ck_{TABLE}_two_persons")),
        sa.ForeignKeyConstraint(["donation_id"], ["donations.id"], name=op.f(f"fk_{TABLE}_donation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    for column in ("donation_id", "division_code"):
        op.create_index(op.f(f"ix_{TABLE}_{column}"), TABLE, [column])
    stands = sa.text("state <> 'refused'")
    op.create_index(f"uq_{TABLE}_once", TABLE, ["donation_id"], unique=True, postgresql_where=stands)


def downgrade() -> None:
    """Refused by the index while a reference stands twice: what was undone has no place in the older form."""
    op.drop_table(TABLE)
    op.drop_constraint(ONCE, "donations")
    op.create_unique_constraint(ONCE, "donations", ["county_code", "bank_reference"])
    op.drop_column("donations", "entry")
