"""The gateway's tables. `*_at` is an instant, `*_on` a day, `*_by` an account. No secret is kept, only digests."""

from __future__ import annotations

from services.gateway.storage.tables.accounts import MACHINE, PERSON, Account, AccountVersion, Person
from services.gateway.storage.tables.metadata import Base
from services.gateway.storage.tables.offices import Office
from services.gateway.storage.tables.parameters import Parameter
from services.gateway.storage.tables.sign_ins import RefreshToken, SignedIn, SignIn, SignInCounter

APPEND_ONLY: frozenset[str] = frozenset({"account_versions", "sign_ins"})
"""Tables on which the app role may insert and select, nothing else."""

__all__ = [
    "APPEND_ONLY",
    "MACHINE",
    "PERSON",
    "Account",
    "AccountVersion",
    "Base",
    "Office",
    "Parameter",
    "Person",
    "RefreshToken",
    "SignIn",
    "SignInCounter",
    "SignedIn",
]
