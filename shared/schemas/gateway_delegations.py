"""Wire vocabulary of the gateway: roles lent for some days, and what an account may do."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from shared.schemas.gateway import AccountId, BorrowedRoles, Permission, Roles
from shared.schemas.wire import Day, Text, Wire


class NewDelegation(Wire):
    """Roles the lender holds, for another person of the same office or one inside the lender's area."""

    borrower: AccountId
    roles: Roles
    from_on: Day
    to_on: Day = Field(description="the last day it is good for")
    reason: Text


class DelegationStep(Wire):
    kind: str = Field(description="proposed, accepted, refused or withdrawn")
    reason: str
    at: datetime
    by: str


class Delegation(Wire):
    id: str
    lender: str
    borrower: str
    roles: list[str]
    from_on: Day
    to_on: Day
    reason: str
    state: str = Field(description="proposed, accepted, refused, withdrawn, or over when its days have gone by")
    in_force: bool = Field(description="accepted, and today is one of its days")
    steps: list[DelegationStep]


class AccountRights(Wire):
    """What an account may do today, where, and by what; nothing when `barred` says why."""

    account: str
    office: str
    scope: list[str] = Field(description="division codes; everything below them is seen, 00 is the country")
    roles: list[str]
    borrowed: list[BorrowedRoles]
    permissions: list[Permission]
    barred: str = Field(
        description="disabled, expired, office_closed or first_password; empty when the account can be used"
    )
