"""spending facts"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

APP = "lika_funds_app"
SQL = Path(__file__).resolve().parents[1] / "sql" / "spending_facts.sql"
MEASURES = ("received_fen", "allocated_fen", "paid_fen", "returned_fen", "withheld_fen")
FUNCTIONS = ("fold_spending(int)", "rebuild_spending()")


def upgrade() -> None:
    op.create_table(
        "spending_tail",
        sa.Column("transfer_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("transfer_id", name=op.f("pk_spending_tail")),
    )
    _sums("spending_days", "county_code", [])
    _sums("spending_months", "county_code", [], "month")
    _sums("holding_days", "held_in", [sa.Column("allocation_id", sa.BigInteger(), nullable=False)])
    text = re.sub(r"^--.*\n", "", SQL.read_text("utf-8"), flags=re.MULTILINE)
    for statement in re.findall(r"(?:\$\$.*?\$\$|[^;$])+", text, flags=re.DOTALL):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement.strip())
    for function in FUNCTIONS:
        op.execute(f"revoke all on function {function} from public")
        op.execute(f"grant execute on function {function} to {APP}")
    op.execute(f"grant select on spending_effects to {APP}")
    op.execute("select rebuild_spending()")


def downgrade() -> None:
    op.execute("drop trigger note_spending on ledger_transfers")
    op.execute("drop function note_spending()")
    for function in FUNCTIONS:
        op.execute(f"drop function {function}")
    op.execute("drop view spending_effects")
    for table in ("holding_days", "spending_months", "spending_days", "spending_tail"):
        op.drop_table(table)


def _sums(table: str, place: str, more: list[sa.Column[Any]], day: str = "effective_on") -> None:
    keys = [
        sa.Column("fund_year", sa.BigInteger(), nullable=False),
        sa.Column(place, sa.String(12), nullable=False),
        sa.Column("fund_kind", sa.String(), nullable=False),
        sa.Column("batch", sa.String(), nullable=False),
        *more,
        sa.Column(day, sa.Date(), nullable=False),
    ]
    op.create_table(
        table,
        *keys,
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in MEASURES),
        sa.PrimaryKeyConstraint(*(column.name for column in keys), name=op.f(f"pk_{table}")),
    )
