"""a bank's numbers are used once within a county, or within the bank that lent"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

SCOPES = {
    "payment_returns": ("county_code", "payments", "payment_id"),
    "grant_returns": ("county_code", "grant_lines join grant_batches on grant_batches.id = batch_id", "line_id"),
    "loan_repayments": ("bank_office", "loans", "loan_id"),
    "risk_fund_deposits": ("county_code", "risk_funds", "risk_fund_id"),
    "risk_recoveries": (
        "bank_office",
        "risk_compensations join loans on loans.id = risk_compensations.loan_id",
        "compensation_id",
    ),
    "dividend_payments": ("county_code", "dividend_shares", "share_id"),
    "pool_contributions": ("county_code", "pools", "pool_id"),
    "pool_repayments": ("county_code", "pool_lendings", "lending_id"),
}
"""By table: whose number it is, where that is read for rows there are, and by which column of theirs."""
OWN_COUNTY = ("payments", "donations")
BY_PLACE = ("grant_lines", "claw_backs")
MORE = {"loan_repayments": ["entry"]}


def upgrade() -> None:
    for table, (column, origin, key) in SCOPES.items():
        op.add_column(table, sa.Column(column, sa.String(12) if column == "county_code" else sa.String()))
        first = origin.split()[0]
        found = f"select {column} from {origin} where {first}.id = {table}.{key}"  # noqa: S608 - names of this file
        op.execute(f"update {table} set {column} = ({found})")  # noqa: S608 - names of this file
        op.alter_column(table, column, nullable=False)
        _unique(table, [column, "bank_reference", *MORE.get(table, [])])
    for table in OWN_COUNTY:
        _unique(table, ["county_code", "bank_reference"])
    for table in BY_PLACE:
        op.drop_constraint(_name(table), table)
        op.create_index(_name(table), table, [sa.text("left(division_code, 6)"), "bank_reference"], unique=True)
    op.drop_constraint("uq_loans_disbursement_no", "loans")
    op.create_unique_constraint("uq_loans_disbursement_no", "loans", ["bank_office", "disbursement_no"])


def downgrade() -> None:
    op.drop_constraint("uq_loans_disbursement_no", "loans")
    op.create_unique_constraint("uq_loans_disbursement_no", "loans", ["disbursement_no"])
    for table in BY_PLACE:
        op.drop_index(_name(table), table)
        op.create_unique_constraint(_name(table), table, ["bank_reference"])
    for table in (*SCOPES, *OWN_COUNTY):
        _unique(table, ["bank_reference", *MORE.get(table, [])])
    for table, (column, _, _) in SCOPES.items():
        op.drop_column(table, column)


def _name(table: str) -> str:
    return f"uq_{table}_bank_reference"


def _unique(table: str, columns: list[str]) -> None:
    op.drop_constraint(_name(table), table)
    op.create_unique_constraint(_name(table), table, columns)
