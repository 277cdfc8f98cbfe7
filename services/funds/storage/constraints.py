"""What a violated database constraint means to the person who caused it."""

from __future__ import annotations

from services.funds.domain.ledger import NOT_COVERED
from services.funds.domain.refusals import documents, grants, spending
from services.funds.storage.tables.ledger import NEVER_NEGATIVE
from shared.refusals import Refusal

CONSTRAINTS: dict[str, type[Refusal]] = {
    "uq_documents_number": documents.DocumentNumberTaken,
    "uq_document_lines_division": documents.LineRepeated,
    "uq_receipts_document_line": documents.AlreadyRegistered,
    "uq_decisions_once": spending.AlreadyDecided,
    "ck_allocations_two_persons": spending.SamePerson,
    "ck_claims_two_persons": spending.SamePerson,
    "uq_claim_papers_once_in_county": spending.PaperAlreadyUsed,
    "uq_payments_order_no": spending.OrderNumberTaken,
    "uq_payments_bank_reference": spending.BankReferenceTaken,
    "uq_payments_one_live": spending.StepNotDue,
    "uq_payment_returns_bank_reference": spending.BankReferenceTaken,
    "ck_grant_batches_two_persons": spending.SamePerson,
    "ck_grant_batches_three_persons": spending.SamePerson,
    "uq_grant_batches_order_no": spending.OrderNumberTaken,
    "uq_grant_lines_ref": grants.GrantLineRepeated,
    "uq_grant_lines_once": grants.GrantAlreadyGiven,
    "uq_grant_lines_bank_reference": spending.BankReferenceTaken,
    "uq_parameters_key_division_code_valid_from": grants.ParameterDayTaken,
} | {f"ck_ledger_accounts_{kind}_covered": NOT_COVERED.get(kind, grants.AccountNotCovered) for kind in NEVER_NEGATIVE}
