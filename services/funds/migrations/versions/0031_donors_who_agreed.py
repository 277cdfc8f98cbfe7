"""a use of a donation names the paper by which the donor agreed to another aim"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.add_column("donation_uses", sa.Column("donor_consent", sa.String()))


def downgrade() -> None:
    op.drop_column("donation_uses", "donor_consent")
