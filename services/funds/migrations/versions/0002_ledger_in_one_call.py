"""ledger in one call"""

from __future__ import annotations

import re
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

APP = "lika_funds_app"
SQL = Path(__file__).resolve().parents[1] / "sql"
FIRST_HASH = r"'\x" + "00" * 32 + "'"
KINDS_OF_0001 = (
    "source", "transit", "receipt", "reserved", "allocation", "claim", "withheld", "in_flight", "paid",
    "batch", "batch_in_flight", "batch_paid",
)  # fmt: skip
CHECKS = {
    "one_line": "strpos(kind, chr(10)) = 0 and strpos(cause_type, chr(10)) = 0 and strpos(actor, chr(10)) = 0"
    " and strpos(coalesce(reason, ''), chr(10)) = 0",
    "correction_explained": "kind <> 'correction' or (reverses is not null and coalesce(reason, '') <> '')",
    "numbered_in_book": "(number is null) = (previous_hash is null)",
    "chained": "number is not null or (debit_previous is not null and credit_previous is not null)",
}
SIDES = ("debit", "credit")
_SEVERAL = "(text, text, timestamptz, bigint[], bigint[], bigint[], text[], date[], text[], bigint[], bigint[], text[])"
POST_TRANSFERS = "post_transfers" + _SEVERAL
FUNCTIONS = (
    POST_TRANSFERS,
    "post_many_transfers" + _SEVERAL,
    "post_one_transfer(text, text, timestamptz, bigint, bigint, bigint, text, date, text, bigint, bigint, text)",
    "ledger_lowest_since(bigint, date, bigint[], bigint[], bigint[], date[])",
    "ledger_may_undo(bigint, bigint, bigint[], bigint[])",
)
TRIGGER_FUNCTIONS = ("refuse_change()", "require_transfer_behind()", "require_empty()")

LEGS = """
legs as (
    select id as transfer_id, debit_id as account_id, 'debit' as side, -amount_fen as change from ledger_transfers
    union all
    select id, credit_id, 'credit', amount_fen from ledger_transfers
), numbered as (
    select transfer_id, side, row_number() over running as version, sum(change) over running as balance
    from legs window running as (partition by account_id order by transfer_id)
)"""


def upgrade() -> None:
    _one_check_for_every_kind()
    _add_columns()
    _number_what_was_posted()
    _require_what_was_filled()
    _index_by_version()
    for name in ("helpers_of_posting", "post_transfers", "append_only"):
        for statement in _statements(name):
            op.get_bind().exec_driver_sql(statement)
    for function in FUNCTIONS:
        op.execute(f"revoke all on function {function} from public")
    op.execute(f"grant execute on function {POST_TRANSFERS} to {APP}")


def downgrade() -> None:
    if op.get_bind().scalar(sa.text("select exists (select from ledger_transfers where number is null)")):
        raise RuntimeError("transfers were posted since: a ledger is not taken back to an older form")
    for table, trigger in (
        ("ledger_transfers", "refuse_change"), ("ledger_chains", "refuse_change"),
        ("ledger_accounts", "refuse_removal"), ("ledger_accounts", "transfer_behind"),
        ("ledger_accounts", "opened_empty"),
    ):  # fmt: skip
        op.execute(f"drop trigger {trigger} on {table}")
    for function in FUNCTIONS + TRIGGER_FUNCTIONS:
        op.execute(f"drop function {function}")
    _drop_indexes_and_columns()
    _check_by_kind()


def _statements(name: str) -> list[str]:
    """The statements of a file, without its comments; a body between $$ stays whole."""
    text = re.sub(r"^--.*\n", "", (SQL / f"{name}.sql").read_text("utf-8"), flags=re.MULTILINE)
    parts = re.findall(r"(?:\$\$.*?\$\$|[^;$])+", text, flags=re.DOTALL)
    return [part.strip() for part in parts if part.strip()]


def _one_check_for_every_kind() -> None:
    """Kinds are a list of the code; that none but the source falls below zero is the database's to hold."""
    op.drop_constraint(op.f("ck_ledger_accounts_kind"), "ledger_accounts")
    for kind in KINDS_OF_0001[1:]:
        op.drop_constraint(op.f(f"ck_ledger_accounts_{kind}_covered"), "ledger_accounts")
    op.create_check_constraint(
        op.f("ck_ledger_accounts_covered"), "ledger_accounts", "kind = 'source' or balance_fen >= 0"
    )


def _check_by_kind() -> None:
    op.drop_constraint(op.f("ck_ledger_accounts_covered"), "ledger_accounts")
    for kind in KINDS_OF_0001[1:]:
        name = op.f(f"ck_ledger_accounts_{kind}_covered")
        op.create_check_constraint(name, "ledger_accounts", f"kind <> '{kind}' or balance_fen >= 0")
    op.create_check_constraint(op.f("ck_ledger_accounts_kind"), "ledger_accounts", f"kind in {KINDS_OF_0001}")


def _add_columns() -> None:
    op.execute(
        "alter table ledger_accounts add version bigint not null default 0,"
        f" add last_hash bytea not null default {FIRST_HASH}, alter balance_fen set default 0"
    )
    # Rows are written anew in place, often: room for it in each page.
    op.execute("alter table ledger_accounts set (fillfactor = 60)")
    op.execute(
        "alter table ledger_transfers alter hash type bytea using decode(hash, 'hex'), alter number drop not null,"
        " alter previous_hash drop not null, add debit_version bigint, add debit_balance_fen bigint,"
        " add debit_previous bytea, add credit_version bigint, add credit_balance_fen bigint,"
        " add credit_previous bytea, add reason varchar"
    )


def _number_what_was_posted() -> None:
    """Transfers of a book's chain get their place and balance on both accounts, in the order they were posted."""
    for side in SIDES:
        filled = f"{side}_version = n.version, {side}_balance_fen = n.balance"
        these = f"n.transfer_id = t.id and n.side = '{side}'"
        op.execute(f"with {LEGS} update ledger_transfers t set {filled} from numbered n where {these}")  # noqa: S608
    op.execute(
        "update ledger_accounts a set version = l.version, last_hash = l.hash from ("
        " select distinct on (account_id) account_id, version, hash from ("
        " select debit_id as account_id, debit_version as version, hash from ledger_transfers"
        " union all select credit_id, credit_version, hash from ledger_transfers) legs"
        " order by account_id, version desc) l where l.account_id = a.id"
    )


def _require_what_was_filled() -> None:
    for side in SIDES:
        for name in ("version", "balance_fen"):
            op.execute(f"alter table ledger_transfers alter {side}_{name} set not null")
    for name, rule in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_ledger_transfers_{name}"), "ledger_transfers", rule)
    op.create_check_constraint(
        op.f("ck_ledger_accounts_opened_empty"), "ledger_accounts", "version > 0 or (version = 0 and balance_fen = 0)"
    )


def _index_by_version() -> None:
    for side in SIDES:
        op.drop_index(op.f(f"ix_ledger_transfers_{side}_id"), table_name="ledger_transfers")
        name = f"uq_ledger_transfers_{side}_version"
        op.create_unique_constraint(name, "ledger_transfers", [f"{side}_id", f"{side}_version"])
    op.drop_constraint("uq_ledger_transfers_number", "ledger_transfers")
    numbered, corrected = sa.text("number is not null"), sa.text("kind = 'correction'")
    op.create_index(
        "uq_ledger_transfers_number", "ledger_transfers", ["book", "number"], unique=True, postgresql_where=numbered
    )
    op.create_index(
        "uq_ledger_transfers_corrected_once", "ledger_transfers", ["reverses"], unique=True, postgresql_where=corrected
    )
    undoing = sa.text("reverses is not null")
    op.create_index("ix_ledger_transfers_reverses", "ledger_transfers", ["reverses"], postgresql_where=undoing)


def _drop_indexes_and_columns() -> None:
    for name in ("uq_ledger_transfers_number", "uq_ledger_transfers_corrected_once", "ix_ledger_transfers_reverses"):
        op.drop_index(name, table_name="ledger_transfers")
    op.create_unique_constraint("uq_ledger_transfers_number", "ledger_transfers", ["book", "number"])
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_ledger_transfers_{name}"), "ledger_transfers")
    for side in SIDES:
        op.drop_constraint(f"uq_ledger_transfers_{side}_version", "ledger_transfers")
        op.create_index(op.f(f"ix_ledger_transfers_{side}_id"), "ledger_transfers", [f"{side}_id"])
        for name in ("version", "balance_fen", "previous"):
            op.drop_column("ledger_transfers", f"{side}_{name}")
    op.drop_column("ledger_transfers", "reason")
    op.execute(
        "alter table ledger_transfers alter hash type varchar(64) using encode(hash, 'hex'),"
        " alter number set not null, alter previous_hash set not null"
    )
    op.drop_constraint(op.f("ck_ledger_accounts_opened_empty"), "ledger_accounts")
    op.drop_column("ledger_accounts", "version")
    op.drop_column("ledger_accounts", "last_hash")
    op.execute("alter table ledger_accounts alter balance_fen drop default, reset (fillfactor)")
