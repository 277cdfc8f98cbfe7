"""allocation tree"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from services.funds.migrations.seeding import seed_missing_parameters, seed_table

revision = "0003"
down_revision = "0002"

LINE_KEY = ["division_code", "direction", "project_code"]
ADDED: dict[str, tuple[tuple[str, sa.types.TypeEngine[object], str], ...]] = {
    "documents": (("number_key", sa.String(), ""), ("office_name", sa.String(), ""), ("tranche", sa.BigInteger(), "1")),
    "document_lines": (
        ("direction", sa.String(), ""),
        ("project_code", sa.String(64), ""),
        ("matching_fen", sa.BigInteger(), "0"),
    ),
    "receipts": (("direction", sa.String(), ""), ("project_code", sa.String(64), "")),
    "allocations": (("reduced_fen", sa.BigInteger(), "0"), ("use_code", sa.String(64), "")),
    "claims": (("use_code", sa.String(64), ""),),
}
"""Columns that older rows get with what they always meant."""


def upgrade() -> None:
    for table, columns in ADDED.items():
        for name, kind, before in columns:
            op.add_column(table, sa.Column(name, kind, nullable=False, server_default=before))
            op.alter_column(table, name, server_default=None)
    _documents()
    _allocations()
    _uses()
    _moves()
    _proposals()
    seed_table("fund_kind_terms")
    seed_table("fund_uses")
    seed_table("forbidden_uses")
    seed_missing_parameters()


def _documents() -> None:
    """Numbers are compared without brackets, widths and blanks; a number met twice so keeps its id beside it."""
    plain = "upper(translate(regexp_replace(normalize(number, NFKC), '\\s', '', 'g'), '〔〕[]【】', '()()()'))"
    op.execute(sa.text(f"update documents set number_key = {plain}"))
    op.execute(
        sa.text(
            "update documents d set number_key = d.number_key || '#' || d.id where exists (select 1 from documents e"
            " where e.issuing_division = d.issuing_division and e.number_key = d.number_key and e.id < d.id)"
        )
    )
    op.drop_constraint("uq_documents_number", "documents")
    op.create_unique_constraint("uq_documents_number", "documents", ["issuing_division", "number_key"])
    op.create_check_constraint(op.f("ck_documents_tranche_positive"), "documents", "tranche >= 1")
    op.add_column("document_lines", sa.Column("number_key", sa.String(), nullable=True))
    op.drop_constraint("uq_document_lines_division", "document_lines")
    op.create_unique_constraint("uq_document_lines_division", "document_lines", ["document_id", *LINE_KEY])
    op.create_unique_constraint("uq_document_lines_once", "document_lines", ["number_key", *LINE_KEY])
    op.drop_constraint(op.f("ck_document_lines_amount_positive"), "document_lines")
    op.create_check_constraint(
        op.f("ck_document_lines_amount_positive"), "document_lines", "amount_fen >= 1 and matching_fen >= 0"
    )


def _allocations() -> None:
    op.execute(sa.text("update allocations set use_code = purpose"))
    op.execute(sa.text("update claims set use_code = 'works'"))
    op.add_column("allocations", sa.Column("moved_from_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_allocations_moved_from_id"), "allocations", "allocations", ["moved_from_id"], ["id"])
    op.create_check_constraint(
        op.f("ck_allocations_reduced_within"), "allocations", "reduced_fen >= 0 and reduced_fen <= amount_fen"
    )


def _entered() -> list[sa.Column[object]]:
    return [
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entered_by", sa.String(), nullable=False),
        sa.Column("entered_person", sa.String(), nullable=False),
        sa.Column("entered_office", sa.String(), nullable=False),
    ]


def _decided() -> list[sa.Column[object]]:
    texts = ("decided_by", "decided_person", "decided_office", "opinion")
    return [
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        *(sa.Column(name, sa.String(), nullable=True) for name in texts),
    ]


def _must(name: str, kind: sa.types.TypeEngine[object]) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=False)


def _may(name: str, kind: sa.types.TypeEngine[object]) -> sa.Column[object]:
    return sa.Column(name, kind, nullable=True)


def _id(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def _uses() -> None:
    op.create_table(
        "fund_kind_terms", _must("fund_kind", sa.String(64)), _must("from_year", sa.BigInteger()),
        _may("to_year", sa.BigInteger()),
        *(_must(name, sa.String()) for name in ("regime", "label_zh", "label_en", "directions", "fee_excluded")),
        _must("source", sa.String()),
        sa.CheckConstraint("to_year is null or to_year >= from_year", name=op.f("ck_fund_kind_terms_years_in_order")),
        _to("fund_kind_terms", "fund_kind", "fund_kinds.code"),
        sa.PrimaryKeyConstraint("fund_kind", "from_year", name=op.f("pk_fund_kind_terms")),
    )  # fmt: skip
    op.create_table(
        "fund_uses", _must("code", sa.String(64)),
        *(_must(name, sa.String()) for name in ("label_zh", "label_en", "source")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_fund_uses")),
    )  # fmt: skip
    op.create_table(
        "forbidden_uses", _must("fund_kind", sa.String(64)), _must("use_code", sa.String(64)),
        _must("valid_from", sa.Date()), _may("valid_to", sa.Date()), _must("source", sa.String()),
        sa.CheckConstraint("valid_to is null or valid_to >= valid_from", name=op.f("ck_forbidden_uses_days_in_order")),
        _to("forbidden_uses", "use_code", "fund_uses.code"),
        sa.PrimaryKeyConstraint("fund_kind", "use_code", "valid_from", name=op.f("pk_forbidden_uses")),
    )  # fmt: skip


def _moves() -> None:
    number = sa.BigInteger()
    op.create_table(
        "recalls", *_id("recalls"), _may("document_line_id", number), _may("allocation_id", number),
        _must("taken_from", sa.String()), _may("receipt_id", number), _may("back_to_receipt_id", number),
        _must("recalling_division", sa.String(12)), _must("division_code", sa.String(12)), _must("fund_year", number),
        _must("fund_kind", sa.String()), _must("batch", sa.String()), _must("amount_fen", number),
        _must("number", sa.String()), _must("reason", sa.String()), _must("state", sa.String()),
        _must("proposed_on", sa.Date()), *_entered(), *_decided(),
        sa.CheckConstraint("amount_fen >= 1", name=op.f("ck_recalls_amount_positive")),
        sa.CheckConstraint("state in ('proposed','approved','refused')", name=op.f("ck_recalls_state")),
        sa.CheckConstraint("taken_from in ('transit','receipt','allocation')", name=op.f("ck_recalls_taken_from")),
        sa.CheckConstraint("num_nonnulls(document_line_id, allocation_id) = 1", name=op.f("ck_recalls_one_target")),
        sa.CheckConstraint("decided_person <> entered_person", name=op.f("ck_recalls_two_persons")),
        _to("recalls", "document_line_id", "document_lines.id"), _to("recalls", "allocation_id", "allocations.id"),
        _to("recalls", "receipt_id", "receipts.id"), _to("recalls", "back_to_receipt_id", "receipts.id"),
    )  # fmt: skip
    for column in ("document_line_id", "allocation_id", "receipt_id"):
        op.create_index(op.f(f"ix_recalls_{column}"), "recalls", [column])
    op.create_index(op.f("ix_recalls_fund_year_division_code"), "recalls", ["fund_year", "division_code"])
    op.create_table(
        "reallocations", *_id("reallocations"), _must("from_allocation_id", number), _must("to_allocation_id", number),
        _must("county_code", sa.String(12)), _must("fund_year", number), _must("amount_fen", number),
        _must("reason", sa.String()), *_entered(),
        sa.CheckConstraint("amount_fen >= 1", name=op.f("ck_reallocations_amount_positive")),
        sa.CheckConstraint("from_allocation_id <> to_allocation_id", name=op.f("ck_reallocations_two_allocations")),
        sa.UniqueConstraint("to_allocation_id", name=op.f("uq_reallocations_to_allocation_id")),
        _to("reallocations", "from_allocation_id", "allocations.id"),
        _to("reallocations", "to_allocation_id", "allocations.id"),
    )  # fmt: skip
    op.create_index(op.f("ix_reallocations_from_allocation_id"), "reallocations", ["from_allocation_id"])
    op.create_index(op.f("ix_reallocations_county_code"), "reallocations", ["county_code"])


def _proposals() -> None:
    number = sa.BigInteger()
    op.create_table(
        "factor_proposals", *_id("factor_proposals"), _must("division_code", sa.String(12)), _must("fund_year", number),
        _must("fund_kind", sa.String(64)), _must("batch", sa.String()), _must("direction", sa.String()),
        _may("drawn_on_receipt_id", number), _must("total_fen", number), _must("unit_fen", number),
        _must("indicators", postgresql.JSONB()), _must("lines", postgresql.JSONB()), _must("adjustments", number),
        _must("state", sa.String()), _may("document_id", number), *_entered(), *_decided(),
        sa.CheckConstraint("total_fen >= 1", name=op.f("ck_factor_proposals_total_positive")),
        sa.CheckConstraint("unit_fen in (1, 1000000)", name=op.f("ck_factor_proposals_unit")),
        sa.CheckConstraint(
            "state in ('proposed','approved','refused','issued')", name=op.f("ck_factor_proposals_state")
        ),
        sa.CheckConstraint(
            "(state = 'issued') = (document_id is not null)", name=op.f("ck_factor_proposals_issued_by_document")
        ),
        sa.CheckConstraint("decided_person <> entered_person", name=op.f("ck_factor_proposals_two_persons")),
        sa.UniqueConstraint("document_id", name=op.f("uq_factor_proposals_document_id")),
        _to("factor_proposals", "fund_kind", "fund_kinds.code"),
        _to("factor_proposals", "drawn_on_receipt_id", "receipts.id"),
        _to("factor_proposals", "document_id", "documents.id"),
    )  # fmt: skip
    op.create_index(
        op.f("ix_factor_proposals_fund_year_division_code"), "factor_proposals", ["fund_year", "division_code"]
    )
    op.create_table(
        "factor_adjustments", *_id("factor_adjustments"), _must("proposal_id", number), _must("number", number),
        _must("changes", postgresql.JSONB()), _must("reason", sa.String()), *_entered(),
        sa.UniqueConstraint("proposal_id", "number", name=op.f("uq_factor_adjustments_proposal_id_number")),
        _to("factor_adjustments", "proposal_id", "factor_proposals.id"),
    )  # fmt: skip
    classes = "'province','city','contiguous_county','scattered_county','other_county'"
    amounts = ("revenue_before_fen", "revenue_fen", "added_fen", "stock_fen", "stock_used_fen")
    op.create_table(
        "budget_statements", *_id("budget_statements"), _must("division_code", sa.String(12)),
        _must("place_class", sa.String()), _must("fund_year", number), _must("version", number),
        *(_must(name, number) for name in amounts), _must("paper", sa.String()), *_entered(),
        sa.CheckConstraint("stock_used_fen <= stock_fen", name=op.f("ck_budget_statements_stock_covers_use")),
        sa.CheckConstraint(f"place_class in ({classes})", name=op.f("ck_budget_statements_class")),
        sa.UniqueConstraint("division_code", "fund_year", "version", name="uq_budget_statements_version"),
    )  # fmt: skip


def downgrade() -> None:
    for table in (
        "budget_statements", "factor_adjustments", "factor_proposals", "reallocations", "recalls", "forbidden_uses",
        "fund_uses", "fund_kind_terms",
    ):  # fmt: skip
        op.drop_table(table)
    op.drop_column("allocations", "moved_from_id")
    op.drop_constraint("uq_document_lines_division", "document_lines")
    op.drop_constraint("uq_documents_number", "documents")
    op.drop_constraint(op.f("ck_document_lines_amount_positive"), "document_lines")
    op.drop_column("document_lines", "number_key")
    for table, columns in ADDED.items():
        for name, _, _ in columns:
            op.drop_column(table, name)
    op.create_check_constraint(op.f("ck_document_lines_amount_positive"), "document_lines", "amount_fen >= 1")
    op.create_unique_constraint("uq_document_lines_division", "document_lines", ["document_id", "division_code"])
    op.create_unique_constraint("uq_documents_number", "documents", ["issuing_division", "number"])
