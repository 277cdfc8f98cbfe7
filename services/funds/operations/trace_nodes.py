"""The things of the books as nodes of the walk."""

from __future__ import annotations

from services.funds.domain.trace import Node
from services.funds.storage.tables import (
    Allocation,
    Claim,
    Document,
    DocumentLine,
    GrantBatch,
    GrantLine,
    Payment,
    PaymentReturn,
    Recall,
    Receipt,
)


def of_document(row: Document) -> Node:
    label = f"{row.number} {row.title}"
    return Node("document", row.id, label, row.issuing_division, row.total_fen, row.issued_on, "issued", row.entered_by)


def of_line(row: DocumentLine) -> Node:
    return Node("line", row.id, f"第{row.number}行", row.division_code, row.amount_fen, None, "", "")


def of_receipt(row: Receipt) -> Node:
    return Node(
        "receipt", row.id, "接收登记", row.division_code, row.amount_fen, row.received_on, "registered", row.entered_by
    )


def of_allocation(row: Allocation) -> Node:
    return Node(
        "allocation", row.id, f"{row.project_code} {row.project_name}", row.division_code, row.amount_fen,
        row.proposed_on, row.state, row.entered_by, row.decided_by, row.decided_on, row.decided_office,
    )  # fmt: skip


def of_claim(row: Claim) -> Node:
    return Node(
        "claim", row.id, row.kind, row.division_code, row.amount_fen, row.claimed_on, row.state, row.entered_by,
        row.decided_by, row.decided_on, row.decided_office,
    )  # fmt: skip


def of_payment(row: Payment) -> Node:
    return Node(
        "payment", row.id, f"{row.order_no} {row.payee_name}", row.division_code, row.amount_fen,
        row.settled_on or row.ordered_on, row.state, row.entered_by, row.settled_by, row.settled_on,
    )  # fmt: skip


def of_recall(row: Recall) -> Node:
    return Node(
        "recall", row.id, f"{row.number} {row.reason}", row.division_code, row.amount_fen, row.proposed_on, row.state,
        row.entered_by, row.decided_by, row.decided_on, row.decided_office,
    )  # fmt: skip


def of_return(row: PaymentReturn, division_code: str) -> Node:
    """Money of a payment that came back; `division_code` is the payment's."""
    return Node(
        "return", row.id, row.reason, division_code, row.amount_fen, row.returned_on, "returned", row.entered_by
    )


def of_batch(row: GrantBatch) -> Node:
    return Node(
        "batch", row.id, f"{row.programme} {row.period}", row.division_code, row.total_fen, row.prepared_on, row.state,
        row.entered_by, row.decided_by, row.decided_on, row.decided_office,
    )  # fmt: skip


def of_grant(row: GrantLine) -> Node:
    """A grant to one person, by the masked name."""
    return Node(
        "grant", row.id, row.name_masked or "", row.division_code or "", row.amount_fen, row.settled_on, row.state, ""
    )
