"""Asking the registry for one household by one of its people, and what is kept of the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from services.funds.domain.households import lived_in
from services.funds.domain.refusals.credit import HouseholdNotRegistered
from services.funds.storage.tables import Agreement, Loan
from services.funds.upstream import registry
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.schemas.registry_eligibility import FactValue

ASKED = "one"
FORMERLY = "formerly"
"""The fact by which people stay of a place whose code changed."""


@dataclass(frozen=True, slots=True)
class Household:
    """A household on the register as the registry told of it that day. No identity number is in it."""

    household_id: str
    person_id: str
    division_code: str
    name_masked: str | None
    household_version: int | None
    facts: Mapping[str, FactValue] = field(default_factory=dict)
    """Those asked for."""

    def has(self, paper: Agreement | Loan) -> bool:
        """Whether a paper is the person's, wherever they live by now, this household's, or that of one that merged
        into it; `absorbed` was asked for."""
        absorbed = self.facts["absorbed"]
        households = [self.household_id, *(absorbed if isinstance(absorbed, list) else ())]
        return paper.person_id == self.person_id or paper.household_id in households

    def is_of(self, area: str) -> bool:
        """Whether it lives in the area, or in a village that followed one of it; `formerly` was asked for."""
        return lived_in(self.division_code, self.facts, area)

    @property
    def county_code(self) -> str:
        return self.division_code[:6]


async def household_of(
    peer: Peer, actor: Actor, on: date, identity_number: str, facts: Iterable[str] = ()
) -> Household:
    """The household of a person on the register on the day; asked before the first SQL of a request.

    Raises HouseholdNotRegistered with the registry's reason, PeerUnavailable.
    """
    answer = (await registry.eligibility(peer, actor, on, {ASKED: identity_number}, facts))[ASKED]
    if (
        answer.status != "eligible"
        or answer.person_id is None
        or answer.household_id is None
        or answer.division_code is None
    ):
        raise HouseholdNotRegistered(reason=answer.status)
    return Household(
        answer.household_id, answer.person_id, answer.division_code, answer.name_masked, answer.household_version,
        answer.facts,
    )  # fmt: skip


async def require_still(peer: Peer, actor: Actor, on: date, person_id: str, pointer: str = "") -> list[str]:
    """The household the person is of by now, and those that merged into it.

    Raises HouseholdNotRegistered when they are not on the register any more, PeerUnavailable.
    """
    answer = (await registry.eligibility_of_persons(peer, actor, on, {ASKED: person_id}, ("absorbed",)))[ASKED]
    if answer.status != "eligible" or answer.household_id is None:
        raise HouseholdNotRegistered(pointer=pointer, reason=answer.status)
    absorbed = answer.facts["absorbed"]
    return [answer.household_id, *(absorbed if isinstance(absorbed, list) else ())]
