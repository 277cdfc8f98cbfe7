"""claims and bank files"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.funds.migrations.seeding import seed_missing_parameters, seed_table

revision = "0005"
down_revision = "0004"

CHECKS = {
    ("claims", "kind"): (
        "kind in ('progress','final','retention')",
        "kind in ('advance','progress','final','retention')",
    ),
    ("claims", "state"): (
        "state in ('filed','approved','refused','ordered','paid')",
        "state in ('filed','approved','refused','ordered','paid','returned')",
    ),
    ("payments", "state"): (
        "state in ('ordered','paid','refused')",
        "state in ('ordered','paid','refused','returned')",
    ),
}
"""Checks that grew: what they said before, what they say now."""

PERIOD_OPEN = """
create function require_period_open() returns trigger language plpgsql
set search_path = pg_catalog, public, pg_temp as $$
declare
  closed text;
begin
  -- Whoever closes a period holds this lock alone: postings under way end first, later ones see the period closed.
  perform pg_advisory_xact_lock_shared(7421, hashtext(book)) from (select distinct book from added order by 1) books;
  select c.period into closed
    from (select book, min(effective_on) as first_on, max(effective_on) as last_on from added group by book) a
    join period_closes c on c.division_code = a.book and c.state <> 'reopened' and c.last_on >= a.first_on
    where exists (
      select from added t where t.book = c.division_code and t.effective_on between c.first_on and c.last_on
    )
    limit 1;
  if found then
    raise exception 'the period is closed'
      using errcode = 'check_violation', constraint = 'ck_ledger_transfers_period_open', table = 'ledger_transfers';
  end if;
  return null;
end $$
"""
PAYEES = """
update claims c set payee_name = coalesce(g.name, ''), payee_uscc = coalesce(g.uscc, '') from (
  select distinct on (k.id) k.id, p.facts ->> 'contractor_name' as name, p.facts ->> 'contractor_uscc' as uscc
  from claims k join project_grants p on p.project_code = k.project_code and p.version <= k.grant_version
  where p.facts ->> 'contractor_name' is not null order by k.id, p.version desc
) g where g.id = c.id
"""


def upgrade() -> None:
    _claims()
    _payments()
    _claim_checks()
    _bank_files()
    _period_closes()
    seed_table("numbered_papers")
    seed_table("claim_papers", into="claim_paper_kinds")
    seed_missing_parameters()


def _claims() -> None:
    for name, kind in (("payee_name", sa.String()), ("payee_uscc", sa.String())):
        op.add_column("claims", sa.Column(name, kind, nullable=False, server_default=""))
        op.alter_column("claims", name, server_default=None)
    op.execute(PAYEES)
    op.add_column("claims", _may("progress_percent", sa.BigInteger()))
    op.add_column("claims", _may("repeats_claim_id", sa.BigInteger()))
    op.create_foreign_key(op.f("fk_claims_repeats_claim_id"), "claims", "claims", ["repeats_claim_id"], ["id"])
    live = sa.text("state <> 'refused'")
    op.create_index("uq_claims_repeats", "claims", ["repeats_claim_id"], unique=True, postgresql_where=live)
    op.create_check_constraint(op.f("ck_claims_progress_percent"), "claims", "progress_percent between 1 and 100")
    op.create_index(
        op.f("ix_claims_county_code_payee_uscc_payee_name"), "claims", ["county_code", "payee_uscc", "payee_name"]
    )
    for (table, name), (_, now) in CHECKS.items():
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, now)
    op.add_column("claim_papers", _may("issuer", sa.String()))
    op.add_column("claim_papers", _may("number", sa.String(64)))
    op.create_check_constraint(
        op.f("ck_claim_papers_number_with_issuer"), "claim_papers", "(issuer is null) = (number is null)"
    )
    once = sa.text("live and number is not null")
    op.create_index("uq_claim_papers_number", "claim_papers", ["issuer", "number"], unique=True, postgresql_where=once)
    op.create_table(
        "numbered_papers", _must("paper_kind", sa.String()), _must("source", sa.String()),
        sa.PrimaryKeyConstraint("paper_kind", name=op.f("pk_numbered_papers")),
    )  # fmt: skip


def _payments() -> None:
    _one_live("state not in ('refused','returned')")


def _one_live(which: str) -> None:
    op.drop_index("uq_payments_one_live", "payments")
    op.create_index("uq_payments_one_live", "payments", ["claim_id"], unique=True, postgresql_where=sa.text(which))


def _must(name: str, kind: sa.types.TypeEngine[object]) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=False)


def _may(name: str, kind: sa.types.TypeEngine[object]) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=True)


def _texts(*names: str) -> list[sa.Column[object]]:
    return [_must(name, sa.String()) for name in names]


def _numbers(*names: str) -> list[sa.Column[object]]:
    return [_must(name, sa.BigInteger()) for name in names]


def _id(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _entered() -> list[sa.Column[object]]:
    return [
        _must("entered_at", sa.DateTime(timezone=True)),
        *_texts("entered_by", "entered_person", "entered_office"),
    ]


def _decided() -> list[sa.Column[object]]:
    texts = ("decided_by", "decided_person", "decided_office", "opinion")
    return [
        _may("decided_on", sa.Date()),
        _may("decided_at", sa.DateTime(timezone=True)),
        *(_may(name, sa.String()) for name in texts),
    ]


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _claim_checks() -> None:
    table = "contract_terms"
    op.create_table(
        table, *_id(table), _must("project_code", sa.String(64)), _must("county_code", sa.String(12)),
        _must("division_code", sa.String(12)), *_numbers("contract_fen", "other_sources_fen"),
        *_texts("advance_rate", "progress_rate"), _must("stated_on", sa.Date()), *_texts("state"),
        *_entered(), *_decided(),
        _check(table, "other_sources", "other_sources_fen >= 0"),
        _check(table, "state", "state in ('proposed','approved','refused')"),
        _check(table, "two_persons", "decided_person <> entered_person"),
    )  # fmt: skip
    op.create_index(op.f("ix_contract_terms_project_code"), table, ["project_code"])
    proposed = sa.text("state = 'proposed'")
    op.create_index("uq_contract_terms_one_proposed", table, ["project_code"], unique=True, postgresql_where=proposed)
    table = "claim_opinions"
    op.create_table(
        table, *_id(table), *_numbers("claim_id"), *_texts("level", "outcome", "opinion"), _must("given_on", sa.Date()),
        _must("recorded_at", sa.DateTime(timezone=True)), *_texts("given_by", "given_person"),
        sa.UniqueConstraint("claim_id", "level", name="uq_claim_opinions_once"),
        _check(table, "level", "level in ('township','department')"),
        _check(table, "outcome", "outcome in ('support','oppose')"), _to(table, "claim_id", "claims"),
    )  # fmt: skip
    table = "claim_approvals"
    op.create_table(
        table, *_id(table), *_numbers("claim_id"), *_texts("level", "opinion"), _must("approved_on", sa.Date()),
        _must("recorded_at", sa.DateTime(timezone=True)), *_texts("approved_by", "approved_person", "approved_office"),
        sa.UniqueConstraint("claim_id", "level", name="uq_claim_approvals_level"),
        sa.UniqueConstraint("claim_id", "approved_person", name="uq_claim_approvals_person"),
        _check(table, "level", "level in ('county','superior')"), _to(table, "claim_id", "claims"),
    )  # fmt: skip


def _bank_files() -> None:
    table = "payee_accounts"
    op.create_table(
        table, *_id(table), _must("county_code", sa.String(12)), _must("payee_uscc", sa.String(18)),
        *_texts("payee_name", "bank_name"), _must("seal_row", sa.String(32)),
        *_texts("account_sealed", "account_masked", "reason", "state"), _may("usable_from", sa.Date()),
        *_entered(), *_decided(),
        sa.UniqueConstraint("seal_row", name="uq_payee_accounts_seal_row"),
        _check(table, "state", "state in ('proposed','approved','refused')"),
        _check(table, "usable_when_approved", "(state = 'approved') = (usable_from is not null)"),
        _check(table, "two_persons", "decided_person <> entered_person"),
    )  # fmt: skip
    op.create_index(
        "uq_payee_accounts_one_proposed", table, ["county_code", "payee_uscc"], unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )  # fmt: skip
    table = "bank_files"
    op.create_table(
        table, *_id(table), _must("number", sa.String(64)), _must("county_code", sa.String(12)),
        _must("made_on", sa.Date()), *_numbers("line_count", "total_fen"), _must("content_sha256", sa.String(64)),
        *_entered(), sa.UniqueConstraint("number", name="uq_bank_files_number"),
        _check(table, "amounts", "line_count >= 1 and total_fen >= line_count"),
    )  # fmt: skip
    op.create_index(op.f("ix_bank_files_county_code"), table, ["county_code"])
    table = "bank_file_lines"
    op.create_table(
        table, *_id(table), *_numbers("bank_file_id", "number", "payment_id", "payee_account_id"),
        _must("end_to_end_id", sa.String(64)), *_numbers("amount_fen"), *_texts("purpose"),
        sa.UniqueConstraint("payment_id", name="uq_bank_file_lines_payment"),
        sa.UniqueConstraint("end_to_end_id", name="uq_bank_file_lines_end_to_end_id"),
        sa.UniqueConstraint("bank_file_id", "number", name="uq_bank_file_lines_number"),
        _check(table, "amount_positive", "amount_fen >= 1"), _to(table, "bank_file_id", "bank_files"),
        _to(table, "payment_id", "payments"), _to(table, "payee_account_id", "payee_accounts"),
    )  # fmt: skip
    table = "bank_results"
    counts = ("line_count", "total_fen", "paid", "refused", "returned", "accepted", "repeated")
    op.create_table(
        table, *_id(table), *_numbers("bank_file_id"), _must("content_sha256", sa.String(64)), *_numbers(*counts),
        *_entered(), sa.UniqueConstraint("bank_file_id", "content_sha256", name="uq_bank_results_once"),
        _to(table, "bank_file_id", "bank_files"),
    )  # fmt: skip


def _period_closes() -> None:
    table = "period_closes"
    op.create_table(
        table, *_id(table), _must("division_code", sa.String(12)), _must("period", sa.String(7)),
        _must("first_on", sa.Date()), _must("last_on", sa.Date()), *_texts("state"),
        _may("asked_at", sa.DateTime(timezone=True)), _may("asked_by", sa.String()), _may("asked_person", sa.String()),
        _may("reason", sa.String()), *_entered(), *_decided(),
        _check(table, "state", "state in ('closed','reopening_asked','reopened')"),
        _check(table, "days_in_order", "last_on >= first_on"),
        _check(table, "two_persons", "decided_person <> asked_person and decided_person <> entered_person"),
    )  # fmt: skip
    still = sa.text("state <> 'reopened'")
    op.create_index("uq_period_closes_once", table, ["division_code", "period"], unique=True, postgresql_where=still)
    op.create_index(op.f("ix_period_closes_division_code_last_on"), table, ["division_code", "last_on"])
    op.execute(PERIOD_OPEN)
    op.execute(
        "create trigger period_open after insert on ledger_transfers referencing new table as added"
        " for each statement execute function require_period_open()"
    )
    op.execute("alter table ledger_transfers enable always trigger period_open")


def downgrade() -> None:
    op.execute("drop trigger period_open on ledger_transfers")
    op.execute("drop function require_period_open()")
    for table in (
        "period_closes", "bank_results", "bank_file_lines", "bank_files", "payee_accounts", "claim_approvals",
        "claim_opinions", "contract_terms", "numbered_papers",
    ):  # fmt: skip
        op.drop_table(table)
    _one_live("state <> 'refused'")
    op.drop_index("uq_claims_repeats", "claims")
    op.drop_column("claims", "repeats_claim_id")
    op.drop_index("uq_claim_papers_number", "claim_papers")
    for name in ("issuer", "number"):
        op.drop_column("claim_papers", name)
    op.drop_index(op.f("ix_claims_county_code_payee_uscc_payee_name"), "claims")
    for name in ("payee_name", "payee_uscc", "progress_percent"):
        op.drop_column("claims", name)
    for (table, name), (before, _) in CHECKS.items():
        op.drop_constraint(op.f(f"ck_{table}_{name}"), table)
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, before)
