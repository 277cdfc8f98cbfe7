"""The tables of funds. Money is fen; `*_on` is a day, `*_at` an instant, `*_by` an account, `*_person` a human."""

from __future__ import annotations

from services.funds.storage.tables.documents import Allocation, Decision, Document, DocumentLine, Receipt
from services.funds.storage.tables.grants import GrantBatch, GrantLine
from services.funds.storage.tables.ledger import LedgerAccount, LedgerChain, LedgerTransfer
from services.funds.storage.tables.metadata import Base
from services.funds.storage.tables.rules import (
    ClaimPaperKind,
    DivisionName,
    FundedProject,
    FundKind,
    Parameter,
    Programme,
    ProjectGrantRow,
)
from services.funds.storage.tables.spending import Claim, ClaimPaper, Payment, PaymentReturn

APPEND_ONLY = frozenset(
    {
        "decisions",
        "documents",
        "document_lines",
        "receipts",
        "payment_returns",
        "project_grants",
        "ledger_transfers",
    }
)
"""Tables on which the app role may insert and select, nothing else."""

__all__ = [
    "APPEND_ONLY",
    "Allocation",
    "Base",
    "Claim",
    "ClaimPaper",
    "ClaimPaperKind",
    "Decision",
    "DivisionName",
    "Document",
    "DocumentLine",
    "FundKind",
    "FundedProject",
    "GrantBatch",
    "GrantLine",
    "LedgerAccount",
    "LedgerChain",
    "LedgerTransfer",
    "Parameter",
    "Payment",
    "PaymentReturn",
    "Programme",
    "ProjectGrantRow",
    "Receipt",
]
