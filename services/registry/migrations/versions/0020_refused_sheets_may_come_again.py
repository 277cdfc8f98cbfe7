"""a sheet of which nothing was taken in may be sent in again"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

NAME, TABLE, COLUMNS = "uq_household_imports_content", "household_imports", ["office", "sha256", "mode"]
BEFORE = "not dry_run and state not in ('failed', 'undone')"


def upgrade() -> None:
    _index(f"{BEFORE} and (state <> 'done' or households_ok > 0)")


def downgrade() -> None:
    # Tries of the same sheet that brought in nothing would stand in each other's way.
    op.execute(
        "update household_imports set state = 'failed', failure = 'nothing_taken_in'"
        " where state = 'done' and households_ok = 0 and not dry_run"
    )
    _index(BEFORE)


def _index(where: str) -> None:
    op.drop_index(NAME, table_name=TABLE)
    op.create_index(NAME, TABLE, COLUMNS, unique=True, postgresql_where=sa.text(where))
