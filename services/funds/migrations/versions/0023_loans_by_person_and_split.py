"""a household's loans are found by the person and by the household it split off from"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0021"

SPLIT_FROM = sa.text("(facts ->> 'split_from')")


def upgrade() -> None:
    op.create_index("ix_loans_person_id", "loans", ["person_id"])
    op.create_index("ix_loans_split_from", "loans", [SPLIT_FROM])


def downgrade() -> None:
    op.drop_index("ix_loans_split_from", "loans")
    op.drop_index("ix_loans_person_id", "loans")
