"""departed people follow their file; an absence ends with a departure; numbers of files that ended are free"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"

END = "ck_member_absences_end_whole"
NUMBERS = "uq_households_national_household_no"
BORNE = "national_household_no is not null"
STANDING = f"{BORNE} and status <> 'removed' and closing is distinct from 'merged'"


def upgrade() -> None:
    op.execute(
        "update household_members m set village_code = h.village_code from households h"
        " where h.id = m.household_id and m.village_code <> h.village_code"
    )
    op.drop_constraint(op.f(END), "member_absences")
    op.create_check_constraint(op.f(END), "member_absences", "ended_by is null or to_on is not null")
    op.drop_index(NUMBERS, "households")
    op.create_index(NUMBERS, "households", ["national_household_no"], unique=True, postgresql_where=sa.text(STANDING))
    op.create_index(
        "ix_households_national_household_no", "households", ["national_household_no"], postgresql_where=sa.text(BORNE)
    )


def downgrade() -> None:
    """Refused by the index while a number stands on a file that ended and on one that stands."""
    op.drop_index("ix_households_national_household_no", "households")
    op.drop_index(NUMBERS, "households")
    op.create_index(NUMBERS, "households", ["national_household_no"], unique=True, postgresql_where=sa.text(BORNE))
    op.execute(
        "update member_absences a set ended_by = a.change_id where a.to_on is not null and a.ended_by is null"
    )
    op.drop_constraint(op.f(END), "member_absences")
    op.create_check_constraint(op.f(END), "member_absences", "(to_on is null) = (ended_by is null)")
