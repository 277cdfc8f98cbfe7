"""a share may end before its agreed last day"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.add_column("dividend_shares", sa.Column("ended_on", sa.Date()))
    op.create_check_constraint(
        op.f("ck_dividend_shares_ended_early"), "dividend_shares",
        "ended_on is null or (state = 'held' and ended_on >= starts_on and ended_on < ends_on)",
    )  # fmt: skip


def downgrade() -> None:
    op.drop_constraint(op.f("ck_dividend_shares_ended_early"), "dividend_shares")
    op.drop_column("dividend_shares", "ended_on")
