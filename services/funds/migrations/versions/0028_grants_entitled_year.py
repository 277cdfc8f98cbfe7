"""grants made anew count to the year they were due for, whatever year's money pays them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.add_column("grant_batches", sa.Column("entitled_year", sa.BigInteger()))
    op.execute("update grant_batches set entitled_year = fund_year")
    op.alter_column("grant_batches", "entitled_year", nullable=False)


def downgrade() -> None:
    op.drop_column("grant_batches", "entitled_year")
