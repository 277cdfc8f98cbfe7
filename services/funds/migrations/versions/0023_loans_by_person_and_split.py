"""loans are found by person and by the household split off from, and an application may be withdrawn"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

STATES = "'applied','village_reviewed','township_reviewed','county_checked','approved','refused','disbursed','repaid'"
SPLIT_FROM = sa.text("(facts ->> 'split_from')")


def upgrade() -> None:
    op.create_index("ix_loans_person_id", "loans", ["person_id"])
    op.create_index("ix_loans_split_from", "loans", [SPLIT_FROM])
    op.drop_constraint(op.f("ck_loans_state"), "loans")
    op.create_check_constraint(op.f("ck_loans_state"), "loans", f"state in ({STATES},'withdrawn')")


def downgrade() -> None:
    op.execute("update loans set state = 'refused' where state = 'withdrawn'")
    op.drop_constraint(op.f("ck_loans_state"), "loans")
    op.create_check_constraint(op.f("ck_loans_state"), "loans", f"state in ({STATES})")
    op.drop_index("ix_loans_split_from", "loans")
    op.drop_index("ix_loans_person_id", "loans")
