"""what changed since"""

from __future__ import annotations

from alembic import op

from shared.chassis.changes import drop_noted, keep_noted

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    for statement in keep_noted("payments"):
        op.execute(statement)
    op.create_index("ix_payments_written", "payments", ["written_in", "id"])


def downgrade() -> None:
    op.drop_index("ix_payments_written", table_name="payments")
    for statement in drop_noted("payments"):
        op.execute(statement)
