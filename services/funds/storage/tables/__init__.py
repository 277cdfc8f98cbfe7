"""The tables of funds. Money is fen; `*_on` is a day, `*_at` an instant, `*_by` an account, `*_person` a human."""

from __future__ import annotations

from services.funds.storage.tables.agreements import Agreement, AgreementAmount, AgreementParty
from services.funds.storage.tables.alerts import Alert, AlertAction, AlertArea, AlertRule, AlertStep
from services.funds.storage.tables.bank_entries import BankEntryReversal
from services.funds.storage.tables.bank_files import BankFile, BankFileLine, BankFileVoid, BankResult, PayeeAccount
from services.funds.storage.tables.books import (
    BookImport,
    BookImportEntry,
    BookImportFault,
    BookImportFile,
    BookImportLine,
)
from services.funds.storage.tables.calendars import CalendarDay
from services.funds.storage.tables.claim_checks import ClaimApproval, ClaimOpinion, ContractTerms
from services.funds.storage.tables.distribution import (
    BudgetStatement,
    FactorAdjustment,
    FactorProposal,
    Reallocation,
    Recall,
)
from services.funds.storage.tables.dividends import DividendPayment, DividendShare, PriorityGroup
from services.funds.storage.tables.documents import Allocation, Decision, Document, DocumentLine, Receipt
from services.funds.storage.tables.donations import Donation, DonationReceiptNumber, DonationReversal, DonationUse
from services.funds.storage.tables.fundings import Funding, FundingRelease
from services.funds.storage.tables.grant_files import GrantFile, GrantFileLine, GrantFileResult, GrantFileVoid
from services.funds.storage.tables.grants import (
    ClawBack,
    GrantBatch,
    GrantHold,
    GrantLine,
    GrantMandate,
    GrantPayee,
    GrantReturn,
)
from services.funds.storage.tables.ledger import LedgerAccount, LedgerChain, LedgerTransfer
from services.funds.storage.tables.loans import (
    InterestSubsidy,
    InterestSubsidyLine,
    Loan,
    LoanExtension,
    LoanHousehold,
    LoanRepayment,
    LoanRepaymentReversal,
    LoanUse,
)
from services.funds.storage.tables.metadata import Base
from services.funds.storage.tables.period_closes import PeriodClose
from services.funds.storage.tables.pictures import ProjectKind
from services.funds.storage.tables.plans import Campaign, SpendingTarget
from services.funds.storage.tables.pools import Pool, PoolContribution, PoolLending, PoolMember, PoolRepayment
from services.funds.storage.tables.progress_reports import (
    ProgressReport,
    ProgressReportContent,
    ReportCorrection,
    ReportKind,
)
from services.funds.storage.tables.responsibilities import (
    DurationBand,
    Responsibility,
    ResponsibilityDecision,
    ResponsibilityPaper,
    ResponsibilityReply,
    StageDeadline,
    ThirdCause,
)
from services.funds.storage.tables.risk_funds import RiskCompensation, RiskFund, RiskFundDeposit, RiskRecovery
from services.funds.storage.tables.rules import (
    ClaimPaperKind,
    DivisionName,
    FundedProject,
    FundKind,
    NumberedPaper,
    Parameter,
    Programme,
    ProgrammeAmount,
    ProgrammeExclusion,
    ProjectGrantRow,
)
from services.funds.storage.tables.spending import Claim, ClaimPaper, Payment, PaymentReturn
from services.funds.storage.tables.spending_definitions import SpendingDefinition, SpendingThreshold
from services.funds.storage.tables.spending_facts import HoldingDay, SpendingDay, SpendingMonth, SpendingTail
from services.funds.storage.tables.uses import ForbiddenUse, FundKindTerm, FundUse
from services.funds.storage.tables.vocabulary import VocabularyChange

APPEND_ONLY = frozenset(
    {
        "decisions",
        "documents",
        "document_lines",
        "receipts",
        "payment_returns",
        "bank_files",
        "bank_file_lines",
        "bank_file_voids",
        "bank_results",
        "grant_files",
        "grant_file_lines",
        "grant_file_results",
        "grant_file_voids",
        "grant_returns",
        "claim_opinions",
        "claim_approvals",
        "factor_adjustments",
        "budget_statements",
        "reallocations",
        "project_grants",
        "funding_releases",
        "book_import_files",
        "book_import_lines",
        "book_import_faults",
        "book_import_entries",
        "ledger_accounts",
        "agreement_parties",
        "agreement_amounts",
        "dividend_payments",
        "donations",
        "loan_repayments",
        "interest_subsidy_lines",
        "pool_contributions",
        "pool_repayments",
        "risk_fund_deposits",
        "risk_recoveries",
        "alert_actions",
        "spending_thresholds",
        "progress_report_contents",
        "campaigns",
        "calendar_days",
        "stage_deadlines",
        "responsibility_replies",
        "responsibility_papers",
        "responsibility_decisions",
    }
)
"""Tables on which the app role may insert and select, nothing else."""

READ_ONLY = frozenset(
    {"ledger_transfers", "ledger_chains", "spending_tail", "spending_days", "spending_months", "holding_days"}
)
"""Tables the app role only reads: functions of the database write them, and the balances of ledger_accounts."""

__all__ = [
    "APPEND_ONLY",
    "READ_ONLY",
    "Agreement",
    "AgreementAmount",
    "AgreementParty",
    "Alert",
    "AlertAction",
    "AlertArea",
    "AlertRule",
    "AlertStep",
    "Allocation",
    "BankEntryReversal",
    "BankFile",
    "BankFileLine",
    "BankFileVoid",
    "BankResult",
    "Base",
    "BookImport",
    "BookImportEntry",
    "BookImportFault",
    "BookImportFile",
    "BookImportLine",
    "BudgetStatement",
    "CalendarDay",
    "Campaign",
    "Claim",
    "ClaimApproval",
    "ClaimOpinion",
    "ClaimPaper",
    "ClaimPaperKind",
    "ClawBack",
    "ContractTerms",
    "Decision",
    "DividendPayment",
    "DividendShare",
    "DivisionName",
    "Document",
    "DocumentLine",
    "Donation",
    "DonationReceiptNumber",
    "DonationReversal",
    "DonationUse",
    "DurationBand",
    "FactorAdjustment",
    "FactorProposal",
    "ForbiddenUse",
    "FundKind",
    "FundKindTerm",
    "FundUse",
    "FundedProject",
    "Funding",
    "FundingRelease",
    "GrantBatch",
    "GrantFile",
    "GrantFileLine",
    "GrantFileResult",
    "GrantFileVoid",
    "GrantHold",
    "GrantLine",
    "GrantMandate",
    "GrantPayee",
    "GrantReturn",
    "HoldingDay",
    "InterestSubsidy",
    "InterestSubsidyLine",
    "LedgerAccount",
    "LedgerChain",
    "LedgerTransfer",
    "Loan",
    "LoanExtension",
    "LoanHousehold",
    "LoanRepayment",
    "LoanRepaymentReversal",
    "LoanUse",
    "NumberedPaper",
    "Parameter",
    "PayeeAccount",
    "Payment",
    "PaymentReturn",
    "PeriodClose",
    "Pool",
    "PoolContribution",
    "PoolLending",
    "PoolMember",
    "PoolRepayment",
    "PriorityGroup",
    "Programme",
    "ProgrammeAmount",
    "ProgrammeExclusion",
    "ProgressReport",
    "ProgressReportContent",
    "ProjectGrantRow",
    "ProjectKind",
    "Reallocation",
    "Recall",
    "Receipt",
    "ReportCorrection",
    "ReportKind",
    "Responsibility",
    "ResponsibilityDecision",
    "ResponsibilityPaper",
    "ResponsibilityReply",
    "RiskCompensation",
    "RiskFund",
    "RiskFundDeposit",
    "RiskRecovery",
    "SpendingDay",
    "SpendingDefinition",
    "SpendingMonth",
    "SpendingTail",
    "SpendingTarget",
    "SpendingThreshold",
    "StageDeadline",
    "ThirdCause",
    "VocabularyChange",
]
