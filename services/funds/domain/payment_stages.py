"""What of a project's unclaimed money can be claimed at which stage of its contract, and what is withheld of it."""

from __future__ import annotations

from dataclasses import dataclass

from services.funds.domain.claim_stages import Terms, ceiling_of, claimable_of
from services.funds.domain.claims import CONTRACTED, parts_of
from services.funds.domain.lead_times import BUILDING, steps_from

DONE = ("completed", "accepted", "handed_over")
ACCEPTED = ("accepted", "handed_over")


@dataclass(frozen=True, slots=True)
class Contract:
    """How a project's money is claimed. `contract_fen` None while there is no contract; then all is claimed finally."""

    state: str
    contract_fen: int | None
    terms: Terms
    retention_rate: str | None
    highest_retention_rate: str


@dataclass(frozen=True, slots=True)
class StagePart:
    """Money one stage allows: what the payee gets, what is withheld of it, the steps to go and the fewest of them.

    `stage` is advance, progress, final, or beyond: more than the contract lets anybody claim.
    """

    stage: str
    payable_fen: int
    withheld_fen: int
    steps: tuple[str, ...]
    fewest_steps: tuple[str, ...]


def parts_by_stage(available_fen: int, claimed_fen: int, step: str, contract: Contract) -> list[StagePart]:
    """An allocation's unclaimed money by the stages of its contract, of which `claimed_fen` is claimed already.

    `step` is where the money stands. The parts add up to `available_fen`.
    """
    found, left, claimed = [], available_fen, claimed_fen
    for stage, ceiling in _ceilings(contract):
        taken = min(left, max(ceiling - claimed, 0)) if ceiling is not None else left
        left, claimed = left - taken, claimed + taken
        if taken:
            found.append(_part(stage, taken, step, contract))
    if left:
        found.append(StagePart("beyond", left, 0, (), ()))
    return found


def _ceilings(contract: Contract) -> list[tuple[str, int | None]]:
    """The stages still to come with what may be claimed altogether by them; nobody owes an advance not agreed on."""
    if contract.contract_fen is None:
        return [("final", None)]
    claimable = claimable_of(contract.terms, contract.contract_fen)
    stages = ["final"] if contract.state in ACCEPTED else ["progress", "final"]
    if contract.terms.stated and contract.state not in DONE:
        stages.insert(0, "advance")
    return [(stage, ceiling_of(stage, claimable, contract.terms, None)) for stage in stages]


def _part(stage: str, amount_fen: int, step: str, contract: Contract) -> StagePart:
    rate = "0" if stage == "advance" else contract.retention_rate
    if contract.contract_fen is None and rate is None:
        rate = contract.highest_retention_rate
    parts = parts_of(amount_fen, rate, contract.highest_retention_rate)
    without = {"advance": BUILDING[2:], "progress": BUILDING[3:], "final": ()}[stage]
    begun = contract.state in CONTRACTED
    later = ("works",) if stage == "progress" and begun else ()
    usual = steps_from(step, without=without)
    return StagePart(stage, parts.payable_fen, parts.withheld_fen, usual,
                     tuple(one for one in usual if one not in later))  # fmt: skip
