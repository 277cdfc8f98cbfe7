"""a project tells the day of its contract"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("projects", sa.Column("contracted_on", sa.Date(), nullable=True))
    op.execute("update projects p set contracted_on = c.signed_on from contracts c where c.project_code = p.project_code")


def downgrade() -> None:
    op.drop_column("projects", "contracted_on")
