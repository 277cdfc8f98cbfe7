"""Asking the registry for one household by one of its people, and what is kept of the answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from services.funds.domain.refusals.credit import HouseholdNotRegistered
from services.funds.upstream import registry
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.schemas.registry_eligibility import FactValue

ASKED = "one"


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

    def is_or_took_in(self, household_id: str) -> bool:
        """Whether it is this household, or one that merged into it; `absorbed` was asked for."""
        absorbed = self.facts["absorbed"]
        return household_id == self.household_id or (isinstance(absorbed, list) and household_id in absorbed)

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


async def require_still(peer: Peer, actor: Actor, on: date, person_id: str, pointer: str = "") -> None:
    """Refuse when the person is not on the register any more. Raises HouseholdNotRegistered, PeerUnavailable."""
    answer = (await registry.eligibility_of_persons(peer, actor, on, {ASKED: person_id}))[ASKED]
    if answer.status != "eligible":
        raise HouseholdNotRegistered(pointer=pointer, reason=answer.status)
