"""retention of a contract that ended is called back"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"

PLACES = "ck_recalls_taken_from"


def upgrade() -> None:
    op.add_column("recalls", sa.Column("claim_id", sa.BigInteger()))
    op.create_foreign_key(op.f("fk_recalls_claim_id"), "recalls", "claims", ["claim_id"], ["id"])
    op.create_index(op.f("ix_recalls_claim_id"), "recalls", ["claim_id"])
    op.drop_constraint(op.f(PLACES), "recalls")
    op.create_check_constraint(
        op.f(PLACES), "recalls", "taken_from in ('transit','receipt','allocation','withheld')"
    )
    op.create_check_constraint(
        op.f("ck_recalls_claim_withheld"), "recalls", "(claim_id is not null) = (taken_from = 'withheld')"
    )


def downgrade() -> None:
    """Refused while retention was called back: the older form has no place for it."""
    op.drop_constraint(op.f("ck_recalls_claim_withheld"), "recalls")
    op.drop_constraint(op.f(PLACES), "recalls")
    op.create_check_constraint(op.f(PLACES), "recalls", "taken_from in ('transit','receipt','allocation')")
    op.drop_index(op.f("ix_recalls_claim_id"), "recalls")
    op.drop_constraint(op.f("fk_recalls_claim_id"), "recalls")
    op.drop_column("recalls", "claim_id")
