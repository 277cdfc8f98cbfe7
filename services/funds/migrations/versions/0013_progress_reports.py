"""progress reports"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.funds.migrations.seeding import seed_table

revision = "0013"
down_revision = "0012"

NUMBER, WORDS, INSTANT, CODE = sa.BigInteger(), sa.String(), sa.DateTime(timezone=True), sa.String(12)
TABLES = ("campaigns", "spending_targets", "report_corrections", "progress_report_contents", "progress_reports",
          "report_kinds")  # fmt: skip


def upgrade() -> None:
    _kinds()
    _reports()
    _contents()
    _corrections()
    _targets()
    _campaigns()
    seed_table("report_kinds")


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _must(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _may(name: str, kind: Any) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=True)


def _id(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", NUMBER, sa.Identity(always=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def _entered() -> list[sa.Column[Any]]:
    return [_must("entered_at", INSTANT), *(_must(f"entered_{by}", WORDS) for by in ("by", "person", "office"))]


def _decided() -> list[sa.Column[Any]]:
    texts = ("decided_by", "decided_person", "decided_office", "opinion")
    return [_may("decided_on", sa.Date()), _may("decided_at", INSTANT), *(_may(name, WORDS) for name in texts)]


def _kinds() -> None:
    table = "report_kinds"
    op.create_table(
        table, _must("code", sa.String(64)), _must("label_zh", WORDS), _must("label_en", WORDS), _must("span", WORDS),
        _must("due_days", NUMBER), _must("source", WORDS),
        _check(table, "span", "span in ('half_month','month','quarter','half_year','year')"),
        _check(table, "due_days", "due_days >= 0"),
        sa.PrimaryKeyConstraint("code", name=op.f(f"pk_{table}")),
    )  # fmt: skip


def _reports() -> None:
    table = "progress_reports"
    op.create_table(
        table, *_id(table), _must("division_code", CODE), _must("division_name", WORDS), _must("kind", sa.String(64)),
        _must("period", sa.String(10)), *(_must(name, sa.Date()) for name in ("first_on", "last_on", "as_of", "due_on")),
        _must("fund_year", NUMBER), _may("batch", WORDS), _may("fund_kind", WORDS), _may("special", sa.Boolean()),
        _must("money", WORDS), _must("edition", NUMBER), _may("corrects_id", NUMBER),
        _may("reduction", postgresql.JSONB()), _must("state", WORDS), _may("sent_at", INSTANT),
        _may("sent_on", sa.Date()), *(_may(f"sent_{by}", WORDS) for by in ("by", "person", "office")),
        _may("sha256", sa.String(64)), *_entered(), *_decided(),
        _check(table, "state", "state in ('drafted','withdrawn','sent','confirmed','returned')"),
        _check(table, "as_of_in_period", "as_of between first_on and last_on"),
        _check(table, "edition", "edition >= 1 and (edition = 1) = (corrects_id is null)"),
        _check(table, "sent", "(sent_at is null) = (state in ('drafted','withdrawn'))"),
        _check(table, "two_persons", "sent_person <> entered_person"),
        _check(table, "three_persons", "decided_person <> entered_person and decided_person <> sent_person"),
        _to(table, "kind", "report_kinds.code"), _to(table, "corrects_id", "progress_reports.id"),
    )  # fmt: skip
    op.create_index(
        "uq_progress_reports_edition", table, ["division_code", "fund_year", "kind", "period", "money", "edition"],
        unique=True, postgresql_where=sa.text("state <> 'withdrawn'"),
    )  # fmt: skip
    op.create_index(op.f(f"ix_{table}_fund_year_kind_period"), table, ["fund_year", "kind", "period"])


def _contents() -> None:
    table = "progress_report_contents"
    op.create_table(
        table, _must("report_id", NUMBER), _must("content", WORDS),
        _to(table, "report_id", "progress_reports.id"),
        sa.PrimaryKeyConstraint("report_id", name=op.f(f"pk_{table}")),
    )  # fmt: skip


def _corrections() -> None:
    table = "report_corrections"
    op.create_table(
        table, *_id(table), _must("report_id", NUMBER), _must("division_code", CODE), _must("reason", WORDS),
        _must("state", WORDS), *_entered(), *_decided(),
        _check(table, "state", "state in ('asked','consented','refused')"),
        _check(table, "two_persons", "decided_person <> entered_person"),
        _to(table, "report_id", "progress_reports.id"),
    )  # fmt: skip
    op.create_index(
        "uq_report_corrections_one_open", table, ["report_id"], unique=True,
        postgresql_where=sa.text("state <> 'refused'"),
    )  # fmt: skip


def _targets() -> None:
    table = "spending_targets"
    op.create_table(
        table, *_id(table), _must("division_code", CODE), _must("fund_year", NUMBER),
        _must("fund_kind", sa.String(64)), _must("version", NUMBER),
        *(_may(name, NUMBER) for name in ("planned_fen", "households", "people", "villages")),
        _must("source", WORDS), _must("state", WORDS), *_entered(), *_decided(),
        sa.UniqueConstraint("division_code", "fund_year", "fund_kind", "version", name="uq_spending_targets_version"),
        _check(table, "state", "state in ('proposed','approved','refused')"),
        _check(table, "states_something", "num_nonnulls(planned_fen, households, people, villages) >= 1"),
        _check(table, "reduction_of_all_money", "fund_kind = '' or num_nonnulls(households, people, villages) = 0"),
        _check(table, "two_persons", "decided_person <> entered_person"),
    )  # fmt: skip
    op.create_index(
        "uq_spending_targets_one_proposed", table, ["division_code", "fund_year", "fund_kind"], unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )  # fmt: skip


def _campaigns() -> None:
    table = "campaigns"
    op.create_table(
        table, *_id(table), _must("division_code", CODE), _must("name", WORDS), _must("fund_year", NUMBER),
        _may("fund_kind", WORDS), _may("batch", WORDS), _must("starts_on", sa.Date()), _must("ends_on", sa.Date()),
        _may("target_rate", WORDS), _may("target_fen", NUMBER), _must("source", WORDS), *_entered(),
        sa.UniqueConstraint("division_code", "fund_year", "name", name="uq_campaigns_name"),
        _check(table, "days_in_order", "ends_on >= starts_on"),
        _check(table, "one_target", "num_nonnulls(target_rate, target_fen) = 1"),
    )  # fmt: skip
    op.create_index(op.f(f"ix_{table}_fund_year_division_code"), table, ["fund_year", "division_code"])
