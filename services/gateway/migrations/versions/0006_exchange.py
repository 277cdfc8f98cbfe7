"""exchange"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"

DATA = Path(__file__).resolve().parents[2] / "data"
KEYS = ("exchange_grant_days", "exchange_answer_days", "webhook_failing_days", "webhook_overlap_hours")
TABLES = (
    "webhook_deliveries", "webhook_endpoints", "exchange_events", "exchange_feeds", "exchange_correction_answers",
    "exchange_corrections", "exchange_uses", "exchange_withdrawals", "exchange_decisions", "exchange_applications",
)  # fmt: skip
AT = sa.DateTime(timezone=True)
TEXTS = postgresql.ARRAY(sa.String())


def _text(
    name: str, length: int | None = None, *more: sa.ForeignKey, null: bool = False, key: bool = False
) -> sa.Column:
    return sa.Column(name, sa.String(length), *more, nullable=null, primary_key=key)


def _at(name: str, *, null: bool = False) -> sa.Column:
    return sa.Column(name, AT, nullable=null)


def _number(name: str, *more: sa.ForeignKey, null: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), *more, nullable=null)


def _yes(name: str) -> sa.Column:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def upgrade() -> None:
    _create_grants()
    _create_corrections()
    _create_webhooks()
    _seed_parameters()


def _create_grants() -> None:
    op.create_table(
        "exchange_applications",
        _text("id", 32, key=True),
        _text("client_id", 64, sa.ForeignKey("accounts.id")),
        _text("item"),
        _text("owner_sector"),
        _text("purpose"),
        _text("legal_basis"),
        sa.Column("fields", TEXTS, nullable=False),
        _yes("clear"),
        _text("division_code", 12),
        _number("days"),
        _number("rate_per_minute"),
        _text("office_code", 64, sa.ForeignKey("offices.code")),
        _at("applied_at"),
        _text("applied_by"),
        _text("applied_person"),
        _check("exchange_applications", "names_fields", "cardinality(fields) > 0"),
    )
    op.create_index("ix_exchange_applications_division_code_id", "exchange_applications", ["division_code", "id"])
    op.create_index("ix_exchange_applications_client_id_item", "exchange_applications", ["client_id", "item"])
    op.create_table(
        "exchange_decisions",
        _text("application_id", 32, sa.ForeignKey("exchange_applications.id"), key=True),
        _text("outcome"),
        _text("reason"),
        sa.Column("fields", TEXTS, nullable=False),
        _yes("clear"),
        _text("division_code", 12),
        sa.Column("until", sa.Date(), nullable=True),
        _number("rate_per_minute"),
        _text("applied_person"),
        _at("decided_at"),
        _text("decided_by"),
        _text("decided_person"),
        _text("decided_office"),
        _check("exchange_decisions", "outcome_known", "outcome in ('granted', 'refused')"),
        _check("exchange_decisions", "grants_expire", "(outcome = 'granted') = (until is not null)"),
        _check("exchange_decisions", "decided_by_another", "decided_person <> applied_person"),
    )
    op.create_table(
        "exchange_withdrawals",
        _text("application_id", 32, sa.ForeignKey("exchange_decisions.application_id"), key=True),
        _text("reason"),
        _at("withdrawn_at"),
        _text("withdrawn_by"),
        _text("withdrawn_office"),
    )
    op.create_table(
        "exchange_uses",
        _text("grant_id", 32, sa.ForeignKey("exchange_decisions.application_id"), key=True),
        sa.Column("day", sa.Date(), primary_key=True),
        _text("client_id"),
        _text("item"),
        _number("calls"),
        _number("records"),
    )


def _create_corrections() -> None:
    op.create_table(
        "exchange_corrections",
        _text("id", 32, key=True),
        _text("item"),
        _text("record_id"),
        _text("field"),
        _text("reason"),
        _text("division_code", 12),
        _text("to_sector", null=True),
        _text("to_office", 64, sa.ForeignKey("offices.code"), null=True),
        _text("from_office"),
        _at("asked_at"),
        _text("asked_by"),
        _text("asked_person"),
        sa.Column("answer_by", sa.Date(), nullable=False),
        _check("exchange_corrections", "one_addressee", "(to_office is null) <> (to_sector is null)"),
    )
    op.create_index("ix_exchange_corrections_division_code_id", "exchange_corrections", ["division_code", "id"])
    op.create_table(
        "exchange_correction_answers",
        _text("correction_id", 32, sa.ForeignKey("exchange_corrections.id"), key=True),
        _text("outcome"),
        _text("note"),
        _at("answered_at"),
        _text("answered_by"),
        _text("answered_person"),
        _text("answered_office"),
        _check("exchange_correction_answers", "outcome_known", "outcome in ('corrected', 'kept', 'unclear')"),
    )


def _create_webhooks() -> None:
    op.create_table("exchange_feeds", _text("item", key=True), _text("cursor"), _at("read_at"))
    op.create_table(
        "exchange_events",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        _text("id", 40),
        _text("type"),
        _text("item"),
        _text("subject"),
        _number("version"),
        _text("division_code", 12),
        _text("former_division_code", 12, null=True),
        _at("at"),
        sa.UniqueConstraint("id", name="uq_exchange_events_id"),
    )
    op.create_index("ix_exchange_events_item_seq", "exchange_events", ["item", "seq"])
    op.create_table(
        "webhook_endpoints",
        _text("id", 32, key=True),
        _text("client_id", 64, sa.ForeignKey("accounts.id")),
        _text("url"),
        sa.Column("items", TEXTS, nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        _number("secret_number"),
        sa.Column("old_secret_sealed", sa.LargeBinary(), nullable=True),
        _at("old_until", null=True),
        _text("state"),
        _text("state_reason"),
        _at("failing_since", null=True),
        _number("failures"),
        _at("open_until", null=True),
        _at("created_at"),
        _text("created_by"),
        _check("webhook_endpoints", "state_known", "state in ('active', 'disabled', 'ended')"),
        _check("webhook_endpoints", "names_items", "cardinality(items) > 0"),
    )
    op.create_index("ix_webhook_endpoints_client_id", "webhook_endpoints", ["client_id"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), primary_key=True),
        _text("endpoint_id", 32, sa.ForeignKey("webhook_endpoints.id")),
        _number("event_seq", sa.ForeignKey("exchange_events.seq")),
        _text("subject"),
        _text("state"),
        _number("attempts"),
        _at("due_at"),
        _at("leased_until", null=True),
        _number("last_status", null=True),
        _text("last_fault"),
        _at("settled_at", null=True),
        _check("webhook_deliveries", "state_known", "state in ('waiting', 'delivered', 'dead')"),
    )
    waiting, dead = sa.text("state = 'waiting'"), sa.text("state = 'dead'")
    table = "webhook_deliveries"
    op.create_index("uq_webhook_deliveries_once", table, ["endpoint_id", "event_seq"], unique=True)
    held = sa.text("state = 'waiting' and leased_until is not null")
    op.create_index("ix_webhook_deliveries_due", table, ["endpoint_id", "due_at", "id"], postgresql_where=waiting)
    op.create_index("ix_webhook_deliveries_held", table, ["endpoint_id", "leased_until"], postgresql_where=held)
    op.create_index("ix_webhook_deliveries_line", table, ["endpoint_id", "subject", "id"], postgresql_where=waiting)
    op.create_index("ix_webhook_deliveries_dead", table, ["endpoint_id", "id"], postgresql_where=dead)


def _seed_parameters() -> None:
    """The rows of this part that are not there: a database made anew has them already."""
    table = sa.Table("parameters", sa.MetaData(), autoload_with=op.get_bind(), resolve_fks=False)
    known = set(op.get_bind().scalars(sa.select(table.columns.key).distinct()))
    with (DATA / "parameters.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["key"] in KEYS and row["key"] not in known]
    for row in rows:
        values = row | {
            "value": int(row["value"]),
            "valid_from": date.fromisoformat(row["valid_from"]),
            "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
        }
        op.get_bind().execute(sa.insert(table).values(**values))


def downgrade() -> None:
    op.execute(sa.text("delete from parameters where key = any(:keys)").bindparams(keys=list(KEYS)))
    for table in TABLES:
        op.drop_table(table)
