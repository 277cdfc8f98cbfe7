"""a large import is undone in the background"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"

_CHECK = op.f("ck_household_imports_state_known")
_STATES = "'queued', 'running', 'done', 'failed', 'undone'"


def upgrade() -> None:
    op.add_column("household_imports", sa.Column("undo_actor", postgresql.JSONB(), nullable=True))
    op.drop_constraint(_CHECK, "household_imports")
    op.create_check_constraint(_CHECK, "household_imports", f"state in ({_STATES}, 'undoing')")
    op.create_index(
        "ix_household_imports_undoing", "household_imports", ["id"], postgresql_where=sa.text("state = 'undoing'")
    )


def downgrade() -> None:
    op.execute("update household_imports set state = 'done' where state = 'undoing'")
    op.drop_index("ix_household_imports_undoing", "household_imports")
    op.drop_constraint(_CHECK, "household_imports")
    op.create_check_constraint(_CHECK, "household_imports", f"state in ({_STATES})")
    op.drop_column("household_imports", "undo_actor")
