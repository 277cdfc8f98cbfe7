"""forecasts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.funds.migrations.seeding import seed_missing_parameters, seed_table

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Names of project kinds for pictures, and the numbers a forecast weighs with."""
    op.create_table(
        "project_kinds",
        sa.Column("code", sa.String(64), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("label_zh", "label_en", "source")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_project_kinds")),
    )
    seed_table("project_kinds")
    seed_missing_parameters()


def downgrade() -> None:
    op.drop_table("project_kinds")
