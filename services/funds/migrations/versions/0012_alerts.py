"""alerts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.funds.migrations.seeding import seed_missing_parameters, seed_table

revision = "0012"
down_revision = "0011"

COLOURS = "colour in ('red','orange','yellow','blue','grey')"


def upgrade() -> None:
    """Rules and chains with their rows, the alerts, what was done about them, the areas looked at."""
    _rules()
    _alerts()
    op.create_table(
        "alert_areas",
        sa.Column("division_code", sa.String(12), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("evaluated_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("division_code", name=op.f("pk_alert_areas")),
    )
    op.create_index(op.f("ix_alert_areas_next_at"), "alert_areas", ["next_at"])
    seed_table("alert_rules")
    seed_table("alert_steps")
    seed_missing_parameters()


def downgrade() -> None:
    for table in ("alert_areas", "alert_actions", "alerts", "alert_steps", "alert_rules"):
        op.drop_table(table)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _rules() -> None:
    op.create_table(
        "alert_rules",
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("division_code", sa.String(12), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        *_texts("colour", "looks_at", "subject", "among", "threshold", "unit", "stricter", "recipient"),
        sa.Column("chain", sa.String(64), nullable=False),
        sa.Column("again_after_days", sa.BigInteger(), nullable=False),
        *_texts("label_zh", "label_en", "source"),
        sa.CheckConstraint(COLOURS, name=op.f("ck_alert_rules_colour")),
        sa.CheckConstraint("unit in ('day','rate','year','count')", name=op.f("ck_alert_rules_unit")),
        sa.CheckConstraint("stricter in ('lower','higher')", name=op.f("ck_alert_rules_stricter")),
        sa.CheckConstraint("valid_to is null or valid_to >= valid_from", name=op.f("ck_alert_rules_days_in_order")),
        sa.PrimaryKeyConstraint("code", "division_code", "valid_from", name=op.f("pk_alert_rules")),
    )
    op.create_table(
        "alert_steps",
        sa.Column("chain", sa.String(64), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        *_texts("kind", "sector", "level"),
        sa.Column("deadline_days", sa.BigInteger(), nullable=False),
        *_texts("other_than", "label_zh", "label_en", "source"),
        sa.CheckConstraint("kind in ('reply','review','conclusion')", name=op.f("ck_alert_steps_kind")),
        sa.CheckConstraint("level in ('own','above')", name=op.f("ck_alert_steps_level")),
        sa.CheckConstraint("deadline_days >= 1", name=op.f("ck_alert_steps_deadline")),
        sa.PrimaryKeyConstraint("chain", "number", name=op.f("pk_alert_steps")),
        sa.UniqueConstraint("chain", "code", name="uq_alert_steps_code"),
    )


def _alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("rule", sa.String(64), nullable=False),
        sa.Column("reference", sa.String(160), nullable=False),
        *_texts("colour"),
        sa.Column("book_code", sa.String(12), nullable=False),
        sa.Column("division_code", sa.String(12), nullable=False),
        sa.Column("fund_year", sa.BigInteger(), nullable=True),
        *_texts("fund_kind"),
        sa.Column("project_code", sa.String(64), nullable=False),
        *_texts("office", "side", "threshold"),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("occurrences", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_times", sa.BigInteger(), nullable=False),
        *_texts("state"),
        sa.Column("conclusion", sa.String(), nullable=True),
        sa.Column("chain", sa.String(64), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(64), nullable=False),
        sa.Column("step_since", sa.Date(), nullable=False),
        sa.Column("step_due_on", sa.Date(), nullable=False),
        sa.Column("late_steps", sa.BigInteger(), nullable=False),
        sa.Column("papered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judged_fen", sa.BigInteger(), nullable=True),
        sa.Column("judged_days", sa.BigInteger(), nullable=True),
        sa.Column("judged_occurrences", sa.BigInteger(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_why", sa.String(), nullable=True),
        sa.CheckConstraint(COLOURS, name=op.f("ck_alerts_colour")),
        sa.CheckConstraint("side in ('finance','project','third')", name=op.f("ck_alerts_side")),
        sa.CheckConstraint("state in ('open','closed')", name=op.f("ck_alerts_state")),
        sa.CheckConstraint(
            "conclusion in ('doubt','violation','normal','corrected')", name=op.f("ck_alerts_conclusion")
        ),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at is not null) and (state = 'closed') = (closed_why is not null)",
            name=op.f("ck_alerts_closed_with_reason"),
        ),
        sa.CheckConstraint("closed_why in ('gone','normal','corrected')", name=op.f("ck_alerts_closed_why")),
        sa.CheckConstraint(
            "colour <> 'grey' or state = 'open' or closed_why = 'gone'", name=op.f("ck_alerts_grey_stands")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    opened, normal = sa.text("state = 'open'"), sa.text("closed_why = 'normal'")
    op.create_index("uq_alerts_one_open", "alerts", ["rule", "reference"], unique=True, postgresql_where=opened)
    op.create_index("ix_alerts_open_reference", "alerts", ["reference"], postgresql_where=opened)
    op.create_index("ix_alerts_book", "alerts", ["book_code", "state"])
    op.create_index("ix_alerts_judged", "alerts", ["rule", "reference"], postgresql_where=normal)
    op.create_index(op.f("ix_alerts_division_code_id"), "alerts", ["division_code", "id"])
    op.create_table(
        "alert_actions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("alert_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("step", sa.String(64), nullable=False),
        *_texts("outcome", "words"),
        sa.Column("paper_name", sa.String(), nullable=True),
        sa.Column("paper_sha256", sa.String(64), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=False),
        sa.Column("working_days", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        *_texts("done_by", "done_person", "done_office"),
        sa.CheckConstraint(
            "outcome in ('replied','passed','sent_back','doubt','violation','normal','corrected')",
            name=op.f("ck_alert_actions_outcome"),
        ),
        sa.CheckConstraint("(paper_name is null) = (paper_sha256 is null)", name=op.f("ck_alert_actions_paper_whole")),
        sa.ForeignKeyConstraint(["alert_id"], ["alerts.id"], name=op.f("fk_alert_actions_alert_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_actions")),
        sa.UniqueConstraint("alert_id", "number", name="uq_alert_actions_number"),
    )
