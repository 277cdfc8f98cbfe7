"""a file of payment orders is taken back before the bank answered it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

VOIDS, LINES, ONCE = "bank_file_voids", "bank_file_lines", "uq_bank_file_lines_payment"
ENTERED = ("entered_by", "entered_person", "entered_office")


def upgrade() -> None:
    op.create_table(
        VOIDS,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("bank_file_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ENTERED),
        sa.ForeignKeyConstraint(["bank_file_id"], ["bank_files.id"], name=op.f(f"fk_{VOIDS}_bank_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{VOIDS}")),
        sa.UniqueConstraint("bank_file_id", name=f"uq_{VOIDS}_once"),
    )
    op.add_column(LINES, sa.Column("entry", sa.BigInteger(), server_default=sa.text("1"), nullable=False))
    op.drop_constraint(ONCE, LINES)
    op.create_unique_constraint(ONCE, LINES, ["payment_id", "entry"])


def downgrade() -> None:
    """Refused while a payment of a voided file stands in another: the older form has no place for both."""
    op.drop_constraint(ONCE, LINES)
    op.create_unique_constraint(ONCE, LINES, ["payment_id"])
    op.drop_column(LINES, "entry")
    op.drop_table(VOIDS)
