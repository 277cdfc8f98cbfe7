"""responsibility"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from services.funds.migrations.seeding import seed_table

revision = "0011"
down_revision = "0010"

PLACE, STEP, DAY = sa.String(12), sa.String(32), sa.Date()
NUMBER, WORDS = sa.BigInteger(), sa.String()
TABLES = (
    "responsibility_decisions", "responsibility_papers", "responsibility_replies", "responsibilities", "third_causes",
    "duration_bands", "stage_deadlines", "calendar_days",
)  # fmt: skip


def upgrade() -> None:
    _calendar()
    _deadlines()
    _lists()
    _cases()
    _case_parts()
    _decisions()
    for table in ("calendar_days", "duration_bands", "third_causes"):
        seed_table(table)


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)


def _column(name: str, kind: Any, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=nullable)


def _columns(kind: Any, *names: str) -> list[sa.Column[Any]]:
    return [_column(name, kind) for name in names]


def _id() -> sa.Column[Any]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False)


def _entered() -> list[sa.Column[Any]]:
    at = _column("entered_at", sa.DateTime(timezone=True))
    return [at, *_columns(WORDS, "entered_by", "entered_person", "entered_office")]


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _calendar() -> None:
    table = "calendar_days"
    op.create_table(
        table,
        _id(),
        _column("division_code", PLACE),
        _column("day", DAY),
        _column("working", sa.Boolean()),
        _column("name", WORDS),
        _column("known_on", DAY),
        _column("source", WORDS),
        _column("entered_by", WORDS, nullable=True),
        _check(table, "nation_or_province", "length(division_code) = 2"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f("ix_calendar_days_division_code_day_id"), table, ["division_code", "day", "id"])


def _deadlines() -> None:
    table = "stage_deadlines"
    op.create_table(
        table,
        _id(),
        _column("division_code", PLACE),
        _column("step", STEP),
        _column("batch", sa.String(8)),
        _column("valid_from", DAY),
        _column("days", NUMBER),
        *_columns(WORDS, "counting", "starts"),
        _column("fixed_day", sa.String(5), nullable=True),
        _column("next_working", sa.Boolean()),
        _column("source", WORDS),
        *_entered(),
        _check(table, "batch", "batch in ('','advance','regular')"),
        _check(table, "counting", "counting in ('calendar','working')"),
        _check(table, "starts", "starts in ('entry','document')"),
        _check(table, "days", "days >= 0"),
        sa.UniqueConstraint("division_code", "step", "batch", "valid_from", name="uq_stage_deadlines_once"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )


def _lists() -> None:
    table = "duration_bands"
    op.create_table(
        table,
        _column("use", sa.String(16)),
        _column("from_days", NUMBER),
        *(_column(name, NUMBER, nullable=True) for name in ("to_days", "points_from", "points_to")),
        *_columns(WORDS, "label_zh", "label_en", "source"),
        _check(table, "use", "use in ('late_age','hop_score')"),
        _check(table, "days_in_order", "to_days is null or to_days >= from_days"),
        sa.PrimaryKeyConstraint("use", "from_days", name=op.f(f"pk_{table}")),
    )
    op.create_table(
        "third_causes",
        _column("code", sa.String(64)),
        *_columns(WORDS, "label_zh", "label_en", "source"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_third_causes")),
    )


def _cases() -> None:
    table = "responsibilities"
    op.create_table(
        table,
        _id(),
        _column("division_code", PLACE),
        _column("fund_year", NUMBER),
        *_columns(sa.String(64), "reference", "project_code"),
        _column("step", STEP),
        _column("amount_fen", NUMBER),
        *_columns(DAY, "since", "opened_on"),
        *_columns(
            WORDS, "side", "office", "office_name", "claimed_side", "claimed_office", "claimed_cause", "reason", "state"
        ),
        *_entered(),
        _check(table, "state", "state in ('open','decided','withdrawn')"),
        _check(table, "side", "side in ('finance','project','third')"),
        _check(table, "claimed_side", "claimed_side in ('finance','project','third')"),
        _check(table, "claimed_cause", "(claimed_side = 'third') = (claimed_cause <> '')"),
        _check(table, "amount_positive", "amount_fen >= 1"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f("ix_responsibilities_division_code_fund_year"), table, ["division_code", "fund_year"])
    op.create_index(
        "uq_responsibilities_one_open", table, ["reference", "step"], unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )  # fmt: skip


def _case_parts() -> None:
    for table, columns in (
        ("responsibility_replies", (_column("words", WORDS), _column("replied_on", DAY))),
        (
            "responsibility_papers",
            (*_columns(WORDS, "given_with", "name"), _column("sha256", sa.String(64)),
             _check("responsibility_papers", "given_with", "given_with in ('opening','reply','decision')")),
        ),
    ):  # fmt: skip
        op.create_table(
            table,
            _id(),
            _column("responsibility_id", NUMBER),
            *columns,
            *_entered(),
            _belongs_to(table),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        )
        op.create_index(op.f(f"ix_{table}_responsibility_id"), table, ["responsibility_id"])


def _belongs_to(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["responsibility_id"], ["responsibilities.id"], name=op.f(f"fk_{table}_responsibility_id")
    )


def _decisions() -> None:
    table = "responsibility_decisions"
    op.create_table(
        table,
        _id(),
        *_columns(NUMBER, "responsibility_id", "fund_year"),
        _column("division_code", PLACE),
        *_columns(sa.String(64), "reference", "cause"),
        _column("step", STEP),
        *_columns(WORDS, "side", "office", "office_name", "reason"),
        _column("effective_from", DAY),
        _column("effective_to", DAY, nullable=True),
        _column("decided_on", DAY),
        *_entered(),
        _check(table, "side", "side in ('finance','project','third')"),
        _check(table, "cause", "(side = 'third') = (cause <> '')"),
        _check(table, "days_in_order", "effective_to >= effective_from"),
        _belongs_to(table),
        sa.UniqueConstraint("responsibility_id", name="uq_responsibility_decisions_once"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_fund_year_division_code"), table, ["fund_year", "division_code"])
