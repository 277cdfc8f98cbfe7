"""an approved mandate to receive another's grants may be ended"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"

TABLE = "grant_mandates"
STATE, ENDED = op.f("ck_grant_mandates_state"), op.f("ck_grant_mandates_ended")


def upgrade() -> None:
    op.add_column(TABLE, sa.Column("ended_on", sa.Date()))
    op.add_column(TABLE, sa.Column("end_reason", sa.String()))
    op.drop_constraint(STATE, TABLE)
    op.create_check_constraint(STATE, TABLE, "state in ('proposed','approved','refused','ended')")
    op.create_check_constraint(ENDED, TABLE, "(state = 'ended') = (ended_on is not null)")


def downgrade() -> None:
    """Refused by the check while a mandate is ended: the older form would count it again."""
    op.drop_constraint(ENDED, TABLE)
    op.drop_constraint(STATE, TABLE)
    op.create_check_constraint(STATE, TABLE, "state in ('proposed','approved','refused')")
    op.drop_column(TABLE, "end_reason")
    op.drop_column(TABLE, "ended_on")
