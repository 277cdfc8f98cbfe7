"""one posting, one trigger"""

from __future__ import annotations

import re
from pathlib import Path

from alembic import op

revision = "0019"
down_revision = "0018"

SQL = Path(__file__).resolve().parents[1] / "sql"
RULES = {
    "amount_positive": "amount_fen >= 1",
    "two_accounts": "debit_id <> credit_id",
    "one_line": "strpos(concat(kind, cause_type, actor, reason), chr(10)) = 0",
    "correction_explained": "kind <> 'correction' or (reverses is not null and coalesce(reason, '') <> '')",
    "numbered_in_book": "(number is null) = (previous_hash is null)",
    "chained": "number is not null or (debit_previous is not null and credit_previous is not null)",
}
WELL_FORMED = "ck_ledger_transfers_well_formed"
OPENED_EMPTY = "ck_ledger_accounts_opened_empty"


def upgrade() -> None:
    for statement in _statements("post_transfers_followed"):
        op.get_bind().exec_driver_sql(statement)
    for function in ("require_period_open()", "note_spending()"):
        op.execute(f"drop function {function}")
    op.execute("revoke all on function require_well_formed(ledger_transfers) from public")
    for name in RULES:
        op.drop_constraint(op.f(f"ck_ledger_transfers_{name}"), "ledger_transfers")
    op.create_check_constraint(op.f(WELL_FORMED), "ledger_transfers", "require_well_formed(ledger_transfers)")
    # The triggers on the table say more than this: an account is opened empty, and its version only rises.
    op.drop_constraint(op.f(OPENED_EMPTY), "ledger_accounts")


def downgrade() -> None:
    empty = "version > 0 or (version = 0 and balance_fen = 0)"
    op.create_check_constraint(op.f(OPENED_EMPTY), "ledger_accounts", empty)
    op.drop_constraint(op.f(WELL_FORMED), "ledger_transfers")
    for name, rule in RULES.items():
        op.create_check_constraint(op.f(f"ck_ledger_transfers_{name}"), "ledger_transfers", rule)
    op.execute("drop function require_well_formed(ledger_transfers)")
    op.execute("drop trigger follow_transfer on ledger_transfers")
    op.execute("drop function follow_transfer()")
    before = [one for one in _statements("append_only") if one.startswith("create function require_transfer_behind")]
    for statement in [*before, *_statements("post_transfers_at_once")]:
        op.get_bind().exec_driver_sql(statement.replace("create function", "create or replace function", 1))
    for statement in _statements("two_triggers_behind"):
        op.get_bind().exec_driver_sql(statement)


def _statements(name: str) -> list[str]:
    """The statements of a file, without its comments; a body between $$ stays whole."""
    text = re.sub(r"^--.*\n", "", (SQL / f"{name}.sql").read_text("utf-8"), flags=re.MULTILINE)
    parts = re.findall(r"(?:\$\$.*?\$\$|[^;$])+", text, flags=re.DOTALL)
    return [part.strip() for part in parts if part.strip()]
