"""Rules of paying a contract by stages: what is claimable at all, and how much of it by which stage."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from services.funds.domain.amounts import share_of
from services.funds.domain.refusals.claim_checks import (
    OtherSourcesTooLarge,
    OverStage,
    ProgressMissing,
    ProgressNotStated,
    StageRateTooHigh,
)
from services.funds.domain.refusals.spending import OverContract, OverFinalAccount


@dataclass(frozen=True, slots=True)
class Terms:
    """How a contract is paid. `stated` is false while nobody approved terms and the county's ceilings hold."""

    other_sources_fen: int
    advance_rate: str
    progress_rate: str
    stated: bool = True


def require_terms(terms: Terms, contract_fen: int, highest_advance: str, highest_progress: str) -> None:
    """Refuse terms beyond the contract or the ceilings. Raises OtherSourcesTooLarge, StageRateTooHigh."""
    if terms.other_sources_fen > contract_fen:
        raise OtherSourcesTooLarge(contract_fen=contract_fen)
    rates = (("advance_rate", terms.advance_rate, highest_advance),
             ("progress_rate", terms.progress_rate, highest_progress))  # fmt: skip
    for name, rate, highest in rates:
        if Fraction(rate) > Fraction(highest):
            raise StageRateTooHigh(pointer=f"/{name}", highest=highest)


def claimable_of(terms: Terms, contract_fen: int) -> int:
    """The part of the contract special funds pay; what other sources pay is never claimed."""
    return max(contract_fen - terms.other_sources_fen, 0)


def require_within(
    kind: str, amount_fen: int, claimed_fen: int, contract_fen: int, terms: Terms, progress_percent: int | None
) -> None:
    """Refuse claims that together exceed the claimable part of the contract, or what the stage allows of it.

    Raises OverContract, OverStage with what is left, ProgressMissing, ProgressNotStated.
    """
    claimable = claimable_of(terms, contract_fen)
    _require_contract(amount_fen, claimed_fen, claimable)
    if kind != "progress" and progress_percent is not None:
        raise ProgressNotStated()
    if kind == "progress" and terms.stated and progress_percent is None:
        raise ProgressMissing()
    _require_stage(amount_fen, claimed_fen, ceiling_of(kind, claimable, terms, progress_percent))


def require_room_again(
    amount_fen: int, claimed_fen: int, contract_fen: int, terms: Terms, done_percent: int | None, *, accepted: bool
) -> None:
    """Refuse to claim again what others claimed since, or what makes more than works not accepted yet are paid.

    `done_percent` is the highest any claim of the contract states; under terms that were agreed nothing is done until
    one does. Raises OverContract, OverStage with what is left.
    """
    claimable = claimable_of(terms, contract_fen)
    _require_contract(amount_fen, claimed_fen, claimable)
    if not accepted:
        done = (done_percent or 0) if terms.stated else None
        advance = ceiling_of("advance", claimable, terms, None)
        _require_stage(amount_fen, claimed_fen, max(advance, ceiling_of("progress", claimable, terms, done)))


def require_final_account(amount_fen: int, claimed_fen: int, final_account_fen: int | None, terms: Terms) -> None:
    """Refuse claims that together exceed what accepted works cost in the end (决算). Raises OverFinalAccount."""
    if final_account_fen is None:
        return
    left_fen = claimable_of(terms, final_account_fen) - claimed_fen
    if amount_fen > left_fen:
        raise OverFinalAccount(left_fen=max(left_fen, 0))


def _require_contract(amount_fen: int, claimed_fen: int, claimable_fen: int) -> None:
    if claimed_fen + amount_fen > claimable_fen:
        raise OverContract(left_fen=max(claimable_fen - claimed_fen, 0))


def _require_stage(amount_fen: int, claimed_fen: int, ceiling_fen: int) -> None:
    if claimed_fen + amount_fen > ceiling_fen:
        raise OverStage(left_fen=max(ceiling_fen - claimed_fen, 0))


def ceiling_of(kind: str, claimable_fen: int, terms: Terms, progress_percent: int | None) -> int:
    """What may be claimed altogether once this stage's claims are made, rounded down to the fen."""
    if kind == "advance":
        return share_of(claimable_fen, terms.advance_rate)
    if kind == "progress":
        done = claimable_fen if progress_percent is None else claimable_fen * progress_percent // 100
        return min(share_of(claimable_fen, terms.progress_rate), done)
    return claimable_fen
