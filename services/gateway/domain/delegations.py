"""Roles lent for some days: what may be lent, to whom, and what of it can be used."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.gateway.domain.offices import NATION
from services.gateway.domain.refusals.delegations import (
    DelegationDaysWrong,
    DelegationTooLong,
    RoleHeldAlready,
    RoleNotHeld,
    RoleNotLent,
)
from services.gateway.domain.roles import RoleBook

PROPOSED, ACCEPTED, REFUSED, WITHDRAWN = "proposed", "accepted", "refused", "withdrawn"
LIVE = (PROPOSED, ACCEPTED)
"""States that may still carry, or come to carry, a right."""


@dataclass(frozen=True, slots=True)
class Lent:
    """One delegation that is in force: its id, and those of its roles that the lender still holds."""

    id: str
    roles: tuple[str, ...]


def require_days(from_on: date, to_on: date, today: date, longest: int) -> None:
    """Refuse days gone by, days out of order, and more of them than the parameter allows."""
    if from_on < today or to_on < from_on:
        raise DelegationDaysWrong()
    if (to_on - from_on).days + 1 > longest:
        raise DelegationTooLong(days=longest)


def require_lendable(book: RoleBook, roles: Iterable[str], lenders: Iterable[str], borrowers: Iterable[str]) -> None:
    """Refuse a role the lender does not hold, the borrower holds already, or that nobody may lend."""
    for role in roles:
        if role not in lenders:
            raise RoleNotHeld()
        if role in borrowers:
            raise RoleHeldAlready(role=role)
        if role not in book.lending:
            raise RoleNotLent(role=role)


def needs_acceptance(book: RoleBook, roles: Iterable[str]) -> bool:
    """Whether one of the roles matters so much that a second person must agree."""
    return any(book.lending[role] for role in roles)


def within_lenders_area(lender_division: str, borrower_division: str) -> bool:
    """A borrower acts in their own area; that must lie in the lender's, or the lending would widen it."""
    return lender_division == NATION or borrower_division.startswith(lender_division)


def usable(book: RoleBook, level: str, sector: str, own: Sequence[str], lent: Iterable[Lent]) -> dict[str, str]:
    """By lent role the delegation it comes by: those that exist at the borrower's office and go with all they hold."""
    found: dict[str, str] = {}
    for delegation in lent:
        for role in delegation.roles:
            held = [*own, *found]
            fits = role in book.lending and book.exists_at(role, level, sector)
            if role not in held and fits and book.incompatible([*held, role]) is None:
                found[role] = delegation.id
    return found
