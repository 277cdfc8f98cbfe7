"""a loss may be claimed again for what is owed again since a repayment was undone"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"

ONCE, TABLE = "uq_risk_compensations_once", "risk_compensations"


def upgrade() -> None:
    op.drop_index(ONCE, TABLE)
    op.create_index(ONCE, TABLE, ["loan_id"], unique=True, postgresql_where=sa.text("state = 'claimed'"))
    op.create_index(op.f("ix_risk_compensations_loan_id"), TABLE, ["loan_id"])


def downgrade() -> None:
    """Refused by the index while a loan was compensated twice: the older form has one place for it."""
    op.drop_index(op.f("ix_risk_compensations_loan_id"), TABLE)
    op.drop_index(ONCE, TABLE)
    op.create_index(ONCE, TABLE, ["loan_id"], unique=True, postgresql_where=sa.text("state <> 'refused'"))
