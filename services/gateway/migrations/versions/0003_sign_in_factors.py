"""sign in factors"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

DATA = Path(__file__).resolve().parents[2] / "data"
KEYS = (
    "name_failures", "name_pause_seconds", "spraying_names", "second_factor_administration", "second_factor_security",
    "second_factor_operation", "second_factor_audit", "second_factor_business", "second_factor_unmask",
)  # fmt: skip


def upgrade() -> None:
    _sign_ins()
    _second_factors()
    _clients()
    op.create_table(
        "issuer_links",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_issuer_links_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_issuer_links"),
        sa.UniqueConstraint("issuer", "subject", name="uq_issuer_links_issuer_subject"),
    )
    op.create_index("ix_issuer_links_account_id", "issuer_links", ["account_id"])
    _seed_parameters()


def _sign_ins() -> None:
    """What is known of sign-ins so far began by password, from an address nobody noted."""
    now = sa.text("now()")
    _added("sessions", sa.Column("grant", sa.String(), nullable=False, server_default="password"))
    _added("sessions", sa.Column("peer", sa.String(), nullable=False, server_default=""))
    _added("sessions", sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False, server_default=now))
    _added("sessions", sa.Column("second_factor", sa.Boolean(), nullable=False, server_default=sa.false()))
    _added("sign_ins", sa.Column("times", sa.BigInteger(), nullable=False, server_default="1"))
    _added("sign_in_counters", sa.Column("last_at", sa.DateTime(timezone=True), nullable=False, server_default=now))
    op.create_index("ix_sign_in_counters_peer_since", "sign_in_counters", ["peer", "since"])
    op.create_table(
        "known_addresses",
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("network", sa.String(), nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_known_addresses_account_id"),
        sa.PrimaryKeyConstraint("account_id", "network", name="pk_known_addresses"),
    )
    op.create_index("ix_known_addresses_last_at", "known_addresses", ["last_at"])


def _added(table: str, column: sa.Column[object]) -> None:
    """Add a column whose default is for the rows that are there."""
    op.add_column(table, column)
    op.alter_column(table, column.name, server_default=None)


def _second_factors() -> None:
    op.create_table(
        "second_factors",
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_second_factors_account_id"),
        sa.PrimaryKeyConstraint("account_id", name="pk_second_factors"),
    )
    op.create_table(
        "recovery_codes",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_recovery_codes_account_id"),
        sa.PrimaryKeyConstraint("digest", name="pk_recovery_codes"),
    )
    op.create_index("ix_recovery_codes_account_id", "recovery_codes", ["account_id"])


def _clients() -> None:
    """Machines' secrets move to where two may stand side by side."""
    op.create_table(
        "client_credentials",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("mark", sa.String(), nullable=False),
        sa.Column("public_key", postgresql.JSONB(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('secret', 'key')", name="ck_client_credentials_kind_known"),
        sa.CheckConstraint("(kind = 'key') = (public_key is not null)", name="ck_client_credentials_keys_are_public"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_client_credentials_account_id"),
        sa.PrimaryKeyConstraint("id", name="pk_client_credentials"),
        sa.UniqueConstraint("account_id", "mark", name="uq_client_credentials_account_id_mark"),
    )
    op.create_table(
        "client_addresses",
        sa.Column("account_id", sa.String(64), nullable=False),
        sa.Column("network", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_client_addresses_account_id"),
        sa.PrimaryKeyConstraint("account_id", "network", name="pk_client_addresses"),
    )
    op.create_table(
        "used_assertions",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_used_assertions"),
    )
    op.create_index("ix_used_assertions_expires_at", "used_assertions", ["expires_at"])
    op.execute(
        "insert into client_credentials (id, account_id, kind, mark, created_at, created_by)"
        " select replace(gen_random_uuid()::text, '-', ''), id, 'secret', secret_hash, created_at, created_by"
        " from accounts where kind = 'machine'"
    )
    op.execute("update accounts set secret_hash = '' where kind = 'machine'")


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
    op.execute(
        "update accounts set secret_hash = coalesce((select mark from client_credentials where kind = 'secret'"
        " and account_id = accounts.id and ended_at is null order by created_at limit 1), '') where kind = 'machine'"
    )
    for table in (
        "issuer_links", "used_assertions", "client_addresses", "client_credentials", "recovery_codes",
        "second_factors", "known_addresses",
    ):  # fmt: skip
        op.drop_table(table)
    op.drop_index("ix_sign_in_counters_peer_since", "sign_in_counters")
    op.drop_column("sign_in_counters", "last_at")
    op.drop_column("sign_ins", "times")
    for column in ("second_factor", "last_used_at", "peer", "grant"):
        op.drop_column("sessions", column)
