"""Rules of four-party agreements: who must stand in them and what their amounts may say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.funds.domain.refusals.shares import (
    AmountOfNoParty,
    AmountOutsideTerm,
    HouseholdNamed,
    PartiesWrong,
    PartyUnnamed,
    TermWrong,
)
from services.funds.domain.uscc import require_uscc

ALWAYS = ("enterprise", "household", "village")
FOURTH = ("bank", "government")
CODED = ("enterprise", "bank")
"""Parties that are told by their unified social credit code."""


@dataclass(frozen=True, slots=True)
class Party:
    role: str
    name: str | None
    uscc: str | None


@dataclass(frozen=True, slots=True)
class Amount:
    from_role: str
    to_role: str
    due_on: date


def require_parties(parties: Sequence[Party]) -> None:
    """Refuse anything but the four parties, each once and named, none of them another one too.

    Raises PartiesWrong, HouseholdNamed, PartyUnnamed, UsccWrong.
    """
    roles = sorted(party.role for party in parties)
    if all(roles != sorted((*ALWAYS, fourth)) for fourth in FOURTH):
        raise PartiesWrong()
    for index, party in enumerate(parties):
        if party.role == "household":
            if party.name is not None or party.uscc is not None:
                raise HouseholdNamed(pointer=f"/parties/{index}")
            continue
        if party.name is None or (party.role in CODED and party.uscc is None):
            raise PartyUnnamed(pointer=f"/parties/{index}")
        if party.uscc is not None:
            require_uscc(party.uscc, f"/parties/{index}/uscc")
    codes = [party.uscc for party in parties if party.uscc is not None]
    if len(set(codes)) != len(codes):
        raise PartiesWrong()


def require_term(signed_on: date, valid_from: date, valid_to: date) -> None:
    """Refuse days out of order. Raises TermWrong."""
    if not signed_on <= valid_from <= valid_to:
        raise TermWrong()


def require_amounts(amounts: Sequence[Amount], parties: Sequence[Party], valid_from: date, valid_to: date) -> None:
    """Refuse amounts of somebody else or of another time. Raises AmountOfNoParty, AmountOutsideTerm."""
    roles = {party.role for party in parties}
    for index, amount in enumerate(amounts):
        if amount.from_role == amount.to_role or not {amount.from_role, amount.to_role} <= roles:
            raise AmountOfNoParty(pointer=f"/amounts/{index}")
        if not valid_from <= amount.due_on <= valid_to:
            raise AmountOutsideTerm(pointer=f"/amounts/{index}/due_on")
