"""files follow their village when it is merged or gets a new code"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "division_carries",
        sa.Column("change_id", sa.BigInteger(), sa.ForeignKey("division_changes.id"), primary_key=True),
        sa.Column("files", sa.BigInteger(), nullable=False),
        sa.Column("carried", sa.BigInteger(), nullable=False),
        sa.Column("office_name", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("carried between 0 and files", name=op.f("ck_division_carries_no_more_than_there_are")),
    )
    op.create_index(
        "ix_division_carries_waiting", "division_carries", ["change_id"], postgresql_where=sa.text("done_at is null")
    )


def downgrade() -> None:
    op.drop_table("division_carries")
