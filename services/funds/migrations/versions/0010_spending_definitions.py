"""spending definitions"""

from __future__ import annotations

import csv
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.funds.migrations.seeding import DATA

revision = "0010"
down_revision = "0009"

NUMBER, TEXT = sa.BigInteger(), sa.String()


def upgrade() -> None:
    """Definitions, their thresholds, and those that come with the product."""
    _definitions()
    _thresholds()
    _said_once()
    _seed()


def downgrade() -> None:
    op.drop_table("spending_thresholds")
    op.drop_table("spending_definitions")
    op.execute("drop function spending_definition_said()")


def _column(name: str, kind: Any, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=nullable)


def _check(table: str, name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=op.f(f"ck_{table}_{name}"))


def _definitions() -> None:
    table = "spending_definitions"
    instant = sa.DateTime(timezone=True)
    op.create_table(
        table,
        sa.Column("id", NUMBER, sa.Identity(always=True), nullable=False),
        _column("name", TEXT), _column("division_code", sa.String(12)), _column("year_from", NUMBER),
        _column("year_to", NUMBER, True), _column("fund_kind", sa.String(64), True),
        _column("source_level", TEXT, True), _column("batch", TEXT, True), _column("priority", NUMBER),
        _column("withheld_counts", sa.Boolean()), _column("denominator", TEXT),
        _column("regular_from", sa.String(5), True), _column("regular_after_days", NUMBER, True),
        _column("cut_off", sa.String(5), True), _column("pace_basis", TEXT, True), _column("source", TEXT),
        _column("valid_from", sa.Date()), _column("valid_to", sa.Date(), True), _column("state", TEXT),
        _column("ended_at", instant, True), _column("ended_by", TEXT, True), _column("ended_person", TEXT, True),
        _column("ended_office", TEXT, True), _column("end_reason", TEXT, True),
        sa.Column("earlier_ends", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        _column("entered_at", instant), _column("entered_by", TEXT), _column("entered_person", TEXT),
        _column("entered_office", TEXT), _column("decided_on", sa.Date(), True), _column("decided_at", instant, True),
        _column("decided_by", TEXT, True), _column("decided_person", TEXT, True),
        _column("decided_office", TEXT, True), _column("opinion", TEXT, True),
        _check(table, "source_level", "source_level in ('central','province','city','county')"),
        _check(table, "batch", "batch in ('advance','regular')"),
        _check(table, "denominator", "denominator in ('received','allocated','advance')"),
        _check(table, "pace_basis", "pace_basis in ('day','month')"),
        _check(table, "state", "state in ('proposed','approved','refused','withdrawn')"),
        _check(table, "years_in_order", "year_to is null or year_to >= year_from"),
        _check(table, "days_in_order", "valid_to is null or valid_to >= valid_from"),
        _check(table, "regular_entry", "regular_from is null or regular_after_days is null"),
        _check(table, "counts_something", "denominator <> 'advance' or batch is null or batch = 'advance'"),
        _check(table, "two_persons", "decided_person <> entered_person"),
        _check(table, "ended_by_another", "ended_person <> entered_person"),
        sa.ForeignKeyConstraint(["fund_kind"], ["fund_kinds.code"], name=op.f(f"fk_{table}_fund_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )  # fmt: skip
    op.create_index(op.f(f"ix_{table}_division_code"), table, ["division_code"])


def _thresholds() -> None:
    table = "spending_thresholds"
    op.create_table(
        table,
        sa.Column("id", NUMBER, sa.Identity(always=True), nullable=False),
        _column("definition_id", NUMBER), _column("kind", TEXT), _column("value", TEXT, True),
        _column("due_on", sa.String(5), True), _column("source", TEXT), _column("priority", NUMBER),
        _column("valid_from", sa.Date()), _column("valid_to", sa.Date(), True),
        _check(table, "kind", "kind in ('year_end_rate','balance_max','quarter_rate','pace')"),
        _check(table, "days_in_order", "valid_to is null or valid_to >= valid_from"),
        _check(table, "sourced", "source <> ''"),
        sa.ForeignKeyConstraint(
            ["definition_id"], ["spending_definitions.id"], name=op.f(f"fk_{table}_definition_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )  # fmt: skip
    op.create_index(op.f(f"ix_{table}_definition_id"), table, ["definition_id"])


def _said_once() -> None:
    """What a definition says stays as it was entered: only its decision and its end are ever added.

    An end gives way to an earlier one only, and stands in `earlier_ends` from then on.
    """
    later = "state, valid_to, ended_at, ended_by, ended_person, ended_office, end_reason, earlier_ends, decided_on,"
    later += " decided_at, decided_by, decided_person, decided_office, opinion"
    names = ", ".join(f"'{name.strip()}'" for name in later.split(","))
    op.execute(
        f"""
        create function spending_definition_said() returns trigger language plpgsql as $$
        begin
            if to_jsonb(new) - array[{names}] is distinct from to_jsonb(old) - array[{names}]
                or (old.valid_to is not null and new.valid_to is distinct from old.valid_to
                    and not coalesce(
                        new.valid_to < old.valid_to and new.earlier_ends - -1 = old.earlier_ends
                        and new.earlier_ends -> -1 ->> 'ends_on' = old.valid_to::text, false))
                or (new.valid_to is not distinct from old.valid_to and new.earlier_ends <> old.earlier_ends)
                or (old.state <> 'proposed' and new.state <> old.state)
            then
                raise exception 'a definition is never overwritten' using errcode = 'restrict_violation';
            end if;
            return new;
        end $$
        """
    )
    op.execute(
        "create trigger spending_definition_said before update on spending_definitions"
        " for each row execute function spending_definition_said()"
    )


def _rows(name: str) -> list[dict[str, Any]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return [{key: value or None for key, value in row.items()} for row in csv.DictReader(file)]


def _seed() -> None:
    """Definitions that come with the product: the nation's refers to the parameters in everything they say."""
    thresholds = _rows("spending_thresholds")
    for row in _rows("spending_definitions"):
        key = row.pop("key")
        texts = {name: value for name, value in row.items() if value is not None}
        texts |= {"state": "approved", "entered_by": "product", "entered_person": "product", "entered_office": ""}
        made = _insert("spending_definitions", texts | {"entered_at": "2000-01-01T00:00:00Z"})
        for threshold in (item for item in thresholds if item["definition"] == key):
            stated = {name: value for name, value in threshold.items() if value is not None and name != "definition"}
            _insert("spending_thresholds", stated | {"definition_id": str(made)})


def _insert(table: str, texts: dict[str, str]) -> int:
    """Insert a row from texts, each cast by the type of its column. Returns its id."""
    columns = {column["name"]: column["type"] for column in sa.inspect(op.get_bind()).get_columns(table)}
    target = sa.table(table, *(sa.column(name) for name in texts), sa.column("id"))
    values = {name: sa.cast(sa.literal(text), columns[name]) for name, text in texts.items()}
    made = op.get_bind().scalar(sa.insert(target).values(values).returning(target.c.id))
    return int(made)
