"""grants that came back"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"

TABLE = "grant_returns"


def _column(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        _column("line_id", sa.BigInteger()),
        _column("amount_fen", sa.BigInteger()),
        _column("returned_on", sa.Date()),
        _column("returned_by", sa.String()),
        _column("reason", sa.String()),
        _column("bank_reference", sa.String(64)),
        _column("entered_at", sa.DateTime(timezone=True)),
        *(_column(name, sa.String()) for name in ("entered_by", "entered_person", "entered_office")),
        sa.CheckConstraint("returned_by in ('bank','household')", name=op.f(f"ck_{TABLE}_returned_by")),
        sa.CheckConstraint("amount_fen >= 1", name=op.f(f"ck_{TABLE}_amount_positive")),
        sa.ForeignKeyConstraint(["line_id"], ["grant_lines.id"], name=op.f(f"fk_{TABLE}_line_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("line_id", name=f"uq_{TABLE}_once"),
        sa.UniqueConstraint("bank_reference", name=f"uq_{TABLE}_bank_reference"),
    )


def downgrade() -> None:
    op.drop_table(TABLE)
