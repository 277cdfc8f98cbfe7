"""The gateway's tables. `*_at` is an instant, `*_on` a day, `*_by` an account. No secret is kept, only digests."""

from __future__ import annotations

from services.gateway.storage.tables.accounts import MACHINE, PERSON, Account, AccountVersion, Person
from services.gateway.storage.tables.clients import KEY, SECRET, ClientAddress, ClientCredential, UsedAssertion
from services.gateway.storage.tables.complaints import Complaint, ComplaintEntry, ComplaintFile
from services.gateway.storage.tables.delegations import Delegation, DelegationEvent
from services.gateway.storage.tables.exchange import (
    ExchangeApplication,
    ExchangeCorrection,
    ExchangeCorrectionAnswer,
    ExchangeDecision,
    ExchangeUse,
    ExchangeWithdrawal,
)
from services.gateway.storage.tables.handovers import Handover
from services.gateway.storage.tables.issuer_links import IssuerLink
from services.gateway.storage.tables.metadata import Base
from services.gateway.storage.tables.offices import Office, OfficeVersion
from services.gateway.storage.tables.parameters import Parameter
from services.gateway.storage.tables.second_factors import RecoveryCode, SecondFactor
from services.gateway.storage.tables.sign_ins import KnownAddress, RefreshToken, SignedIn, SignIn, SignInCounter
from services.gateway.storage.tables.successions import Succession, SuccessionAccount, SuccessionLink
from services.gateway.storage.tables.webhooks import ExchangeEvent, ExchangeFeed, WebhookDelivery, WebhookEndpoint

APPEND_ONLY: frozenset[str] = frozenset(
    {
        "account_versions",
        "sign_ins",
        "complaint_entries",
        "complaint_files",
        "office_versions",
        "office_successions",
        "office_succession_links",
        "office_succession_accounts",
        "delegation_events",
        "handovers",
        "exchange_applications",
        "exchange_decisions",
        "exchange_withdrawals",
        "exchange_corrections",
        "exchange_correction_answers",
        "exchange_events",
    }
)
"""Tables on which the app role may insert and select, nothing else."""

__all__ = [
    "APPEND_ONLY",
    "KEY",
    "MACHINE",
    "PERSON",
    "SECRET",
    "Account",
    "AccountVersion",
    "Base",
    "ClientAddress",
    "ClientCredential",
    "Complaint",
    "ComplaintEntry",
    "ComplaintFile",
    "Delegation",
    "DelegationEvent",
    "ExchangeApplication",
    "ExchangeCorrection",
    "ExchangeCorrectionAnswer",
    "ExchangeDecision",
    "ExchangeEvent",
    "ExchangeFeed",
    "ExchangeUse",
    "ExchangeWithdrawal",
    "Handover",
    "IssuerLink",
    "KnownAddress",
    "Office",
    "OfficeVersion",
    "Parameter",
    "Person",
    "RecoveryCode",
    "RefreshToken",
    "SecondFactor",
    "SignIn",
    "SignInCounter",
    "SignedIn",
    "Succession",
    "SuccessionAccount",
    "SuccessionLink",
    "UsedAssertion",
    "WebhookDelivery",
    "WebhookEndpoint",
]
