"""money entered wrongly by a bank's reference is undone by two persons"""

from __future__ import annotations

import re
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"

SQL = Path(__file__).resolve().parents[1] / "sql"
TABLE = "bank_entry_reversals"
ENTRIES = {
    "payment_returns": "county_code",
    "grant_returns": "county_code",
    "dividend_payments": "county_code",
    "pool_contributions": "county_code",
    "pool_repayments": "county_code",
    "risk_fund_deposits": "county_code",
    "risk_recoveries": "bank_office",
}
KINDS = (
    "'payment_return','grant_return','dividend_payment','pool_contribution','pool_repayment','risk_fund_deposit',"
    "'risk_recovery'"
)


def upgrade() -> None:
    op.get_bind().exec_driver_sql((SQL / "undone_net_of_corrections.sql").read_text("utf-8"))
    for entries, whose in ENTRIES.items():
        once = f"uq_{entries}_bank_reference"
        op.add_column(entries, sa.Column("entry", sa.BigInteger(), server_default="1", nullable=False))
        op.drop_constraint(once, entries)
        op.create_unique_constraint(once, entries, [whose, "bank_reference", "entry"])
    op.drop_constraint("uq_grant_returns_once", "grant_returns")
    op.create_index(op.f("ix_grant_returns_line_id"), "grant_returns", ["line_id"])
    op.create_table(
        TABLE,
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("entry_id", "owner_id", "amount_fen")),
        sa.Column("division_code", sa.String(12), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("kind", "reason", "state", "entered_by", "entered_person", "entered_office")
        ),
        *(sa.Column(name, sa.String()) for name in ("decided_by", "decided_person", "decided_office", "opinion")),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decided_on", sa.Date()),
        sa.CheckConstraint(f"kind in ({KINDS})", name=op.f(f"ck_{TABLE}_kind")),
        sa.CheckConstraint("state in ('proposed','approved','refused')", name=op.f(f"ck_{TABLE}_state")),
        sa.CheckConstraint("decided_person <> entered_person", name=op.f(f"ck_{TABLE}_two_persons")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    op.create_index(op.f(f"ix_{TABLE}_division_code"), TABLE, ["division_code"])
    stands = sa.text("state <> 'refused'")
    op.create_index(f"uq_{TABLE}_once", TABLE, ["kind", "entry_id"], unique=True, postgresql_where=stands)


def downgrade() -> None:
    """Refused by the constraint while a reference stands twice: what was undone has no place in the older form."""
    before = (SQL / "helpers_of_posting.sql").read_text("utf-8")
    found = re.search(r"^create function ledger_may_undo.*?^end \$\$;", before, flags=re.DOTALL | re.MULTILINE)
    assert found is not None
    op.get_bind().exec_driver_sql(found.group().replace("create function", "create or replace function", 1))
    op.drop_table(TABLE)
    op.drop_index(op.f("ix_grant_returns_line_id"), "grant_returns")
    op.create_unique_constraint("uq_grant_returns_once", "grant_returns", ["line_id"])
    for entries, whose in ENTRIES.items():
        once = f"uq_{entries}_bank_reference"
        op.drop_constraint(once, entries)
        op.create_unique_constraint(once, entries, [whose, "bank_reference"])
        op.drop_column(entries, "entry")
