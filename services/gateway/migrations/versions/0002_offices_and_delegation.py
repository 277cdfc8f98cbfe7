"""offices and delegation"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

DATA = Path(__file__).resolve().parents[2] / "data"
KEYS = ("delegation_days",)


def _instant(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)


def _text(name: str, *, length: int | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=False)


def _key(name: str) -> sa.Column[str]:
    return _text(name, length=64)


def _parent(table: str, column: str, parent: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [parent], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    _offices()
    _successions()
    _delegations()
    _handovers()
    op.add_column(
        "accounts", sa.Column("must_change_password", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.alter_column("accounts", "must_change_password", server_default=None)
    _parameters()


def _offices() -> None:
    """An office known so far has stood since the day it was made; that is its first version."""
    op.add_column("offices", sa.Column("valid_from", sa.Date(), nullable=True))
    op.add_column("offices", sa.Column("valid_to", sa.Date(), nullable=True))
    op.add_column("offices", sa.Column("version", sa.BigInteger(), server_default="1", nullable=False))
    op.execute("update offices set valid_from = (created_at at time zone 'Asia/Shanghai')::date")
    op.alter_column("offices", "valid_from", nullable=False)
    op.alter_column("offices", "version", server_default=None)
    op.create_check_constraint(
        op.f("ck_offices_days_in_order"), "offices", "valid_to is null or valid_to >= valid_from"
    )
    op.create_check_constraint(op.f("ck_offices_version_positive"), "offices", "version > 0")
    op.create_table(
        "office_versions",
        _key("office_code"),
        sa.Column("version", sa.BigInteger(), nullable=False),
        _text("kind"),
        _text("name"),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        _text("reason"),
        _instant("at"),
        _text("by"),
        _parent("office_versions", "office_code", "offices.code"),
        sa.PrimaryKeyConstraint("office_code", "version", name=op.f("pk_office_versions")),
    )
    op.execute(
        "insert into office_versions (office_code, version, kind, name, valid_from, valid_to, reason, at, by) "
        "select code, 1, 'created', name, valid_from, null, '', created_at, created_by from offices"
    )


def _successions() -> None:
    op.create_table(
        "office_successions",
        _key("id"),
        _text("kind"),
        sa.Column("effective_on", sa.Date(), nullable=False),
        _text("document_no"),
        _text("reason"),
        _instant("at"),
        _text("by"),
        sa.CheckConstraint("kind in ('merge', 'split', 'replace')", name=op.f("ck_office_successions_kind_known")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_successions")),
    )
    links = "office_succession_links"
    op.create_table(
        links,
        _key("predecessor_code"),
        _key("successor_code"),
        _key("succession_id"),
        sa.CheckConstraint("predecessor_code <> successor_code", name=op.f(f"ck_{links}_two_offices")),
        _parent(links, "predecessor_code", "offices.code"),
        _parent(links, "successor_code", "offices.code"),
        _parent(links, "succession_id", "office_successions.id"),
        sa.PrimaryKeyConstraint("predecessor_code", "successor_code", name=op.f(f"pk_{links}")),
    )
    op.create_index(op.f(f"ix_{links}_successor_code"), links, ["successor_code"])
    moved = "office_succession_accounts"
    op.create_table(
        moved,
        _key("succession_id"),
        _key("account_id"),
        _text("from_office"),
        _text("to_office"),
        sa.Column("version", sa.BigInteger(), nullable=False),
        _parent(moved, "succession_id", "office_successions.id"),
        _parent(moved, "account_id", "accounts.id"),
        sa.PrimaryKeyConstraint("succession_id", "account_id", name=op.f(f"pk_{moved}")),
    )


def _delegations() -> None:
    op.create_table(
        "delegations",
        _key("id"),
        _key("lender_account"),
        _key("lender_person"),
        _key("borrower_account"),
        _key("borrower_person"),
        sa.Column("roles", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        _text("reason"),
        _text("state"),
        _instant("proposed_at"),
        _text("proposed_by"),
        _text("proposed_person"),
        sa.CheckConstraint("to_on >= from_on", name=op.f("ck_delegations_days_in_order")),
        sa.CheckConstraint("lender_person <> borrower_person", name=op.f("ck_delegations_two_persons")),
        sa.CheckConstraint("cardinality(roles) > 0", name=op.f("ck_delegations_has_a_role")),
        sa.CheckConstraint(
            "state in ('proposed', 'accepted', 'refused', 'withdrawn')", name=op.f("ck_delegations_state_known")
        ),
        _parent("delegations", "lender_account", "accounts.id"),
        _parent("delegations", "lender_person", "persons.id"),
        _parent("delegations", "borrower_account", "accounts.id"),
        _parent("delegations", "borrower_person", "persons.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegations")),
    )
    for column in ("borrower_account", "lender_account", "borrower_person"):
        op.create_index(op.f(f"ix_delegations_{column}_to_on"), "delegations", [column, "to_on"])
    op.create_table(
        "delegation_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        _key("delegation_id"),
        _text("kind"),
        _text("reason"),
        _instant("at"),
        _text("by"),
        _text("person"),
        _parent("delegation_events", "delegation_id", "delegations.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delegation_events")),
    )
    op.create_index(op.f("ix_delegation_events_delegation_id_id"), "delegation_events", ["delegation_id", "id"])


def _handovers() -> None:
    op.create_table(
        "handovers",
        _key("id"),
        _key("person_id"),
        _key("successor_account"),
        _key("successor_person"),
        _text("division_code", length=12),
        sa.Column("left_on", sa.Date(), nullable=False),
        _text("reason"),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        _instant("at"),
        _text("by"),
        _text("by_person"),
        sa.CheckConstraint("person_id <> successor_person", name=op.f("ck_handovers_two_persons")),
        _parent("handovers", "person_id", "persons.id"),
        _parent("handovers", "successor_account", "accounts.id"),
        _parent("handovers", "successor_person", "persons.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
    )
    op.create_index(op.f("ix_handovers_division_code_id"), "handovers", ["division_code", "id"])
    op.create_index(op.f("ix_handovers_person_id"), "handovers", ["person_id"])
    op.create_index(op.f("ix_handovers_successor_person"), "handovers", ["successor_person"])


def _parameters() -> None:
    """Insert this step's numbers where a database does not know them yet; one made anew has them from the first."""
    table = sa.Table("parameters", sa.MetaData(), autoload_with=op.get_bind())
    known = set(op.get_bind().scalars(sa.select(table.columns.key).distinct()))
    with (DATA / "parameters.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["key"] in KEYS and row["key"] not in known:
                values = {
                    **row,
                    "value": int(row["value"]),
                    "valid_from": date.fromisoformat(row["valid_from"]),
                    "valid_to": date.fromisoformat(row["valid_to"]) if row["valid_to"] else None,
                }
                op.get_bind().execute(sa.insert(table).values(**values))


def downgrade() -> None:
    op.execute(sa.text("delete from parameters where key = any(:keys)").bindparams(keys=list(KEYS)))
    op.drop_column("accounts", "must_change_password")
    for table in (
        "handovers", "delegation_events", "delegations", "office_succession_accounts", "office_succession_links",
        "office_successions", "office_versions",
    ):  # fmt: skip
        op.drop_table(table)
    op.drop_constraint(op.f("ck_offices_version_positive"), "offices")
    op.drop_constraint(op.f("ck_offices_days_in_order"), "offices")
    for column in ("version", "valid_to", "valid_from"):
        op.drop_column("offices", column)
