"""Wire vocabulary of the gateway: a person leaves, and what they hand over."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from shared.schemas.gateway import AccountId
from shared.schemas.wire import Day, Text, Wire


class NewHandover(Wire):
    """A person leaves. All their accounts are shut; the successor is somebody else's open account."""

    successor: AccountId
    left_on: Day = Field(description="the last day of service; today or a day gone by")
    reason: Text


class AccountLeft(Wire):
    """One account of who leaves, and who else at its office holds each of its roles."""

    account: str
    office: str
    office_name: str
    roles: list[str]
    was_open: bool
    uncovered_roles: list[str] = Field(description="roles of this account that nobody else at the office holds")


class WorkHandedOver(Wire):
    """Work that the person began and that waits; whoever of the office has the role goes on with it."""

    service: str
    noun: str
    id: str
    state: str
    division_code: str


class HandoverContent(Wire):
    accounts: list[AccountLeft]
    delegations_ended: list[str]
    waiting: list[WorkHandedOver]
    waiting_left_out: int = Field(description="how many more wait beyond those listed")
    services_not_asked: list[str] = Field(description="services that were away: what waits there is not listed")


class Handover(Wire):
    """The record of a hand-over: who, when, to whom, what."""

    id: str
    person_id: str
    person_name: str
    successor: str
    successor_name: str
    left_on: Day
    reason: str
    content: HandoverContent
    at: datetime
    by: str


class HandoverPreview(HandoverContent):
    """What a person would hand over if they left today."""

    person_id: str
    person_name: str
