"""a project tells what its works cost in the end"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("projects", sa.Column("final_account_fen", sa.BigInteger(), nullable=True))
    op.execute(
        "update projects p set final_account_fen = a.final_account_fen from acceptances a"
        " where a.project_code = p.project_code and a.outcome = 'pass'"
    )


def downgrade() -> None:
    op.drop_column("projects", "final_account_fen")
