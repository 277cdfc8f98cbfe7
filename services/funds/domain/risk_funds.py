"""Rules of risk compensation funds: what a fund supports, and what it pays when a loan is not paid back."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from services.funds.domain.amounts import share_of
from services.funds.domain.refusals.credit import (
    AlreadyCompensated,
    LoanNotOverdue,
    LossChanged,
    NothingToCompensate,
    RiskFundFull,
    RiskMultipleTooHigh,
    RiskShareTooHigh,
)


def require_terms(multiple: int, fund_share: str, highest_multiple: int, highest_share: str) -> None:
    """Refuse terms above what the area allows. Raises RiskMultipleTooHigh, RiskShareTooHigh."""
    if multiple > highest_multiple:
        raise RiskMultipleTooHigh(highest=highest_multiple)
    if Fraction(fund_share) > Fraction(highest_share):
        raise RiskShareTooHigh(highest=highest_share)


def room(balance_fen: int, multiple: int, supported_fen: int) -> int:
    """Fen of loans the fund may support besides those it does."""
    return max(balance_fen * multiple - supported_fen, 0)


def require_room(amount_fen: int, balance_fen: int, multiple: int, supported_fen: int) -> None:
    """Refuse a loan that takes the supported loans above the multiple. Raises RiskFundFull."""
    free = room(balance_fen, multiple, supported_fen)
    if amount_fen > free:
        raise RiskFundFull(room_fen=free)


def compensation_of(outstanding_fen: int, fund_share: str, compensated_fen: int = 0) -> int:
    """The fund's share of what is owed, rounded down to the fen, less what was compensated before and not recovered.

    More than that is owed only after a repayment was undone. Raises AlreadyCompensated when nothing is left of the
    share, NothingToCompensate when there never was anything.
    """
    amount_fen = share_of(outstanding_fen, fund_share) - compensated_fen
    if amount_fen > 0:
        return amount_fen
    raise AlreadyCompensated() if compensated_fen else NothingToCompensate()


def to_return(compensated_fen: int, claimed_for_fen: int, owed_fen: int, fund_share: str, recovered_fen: int) -> int:
    """Fen the bank was paid back of a compensated loan that are the fund's share and not yet the fund's again.

    `claimed_for_fen` is what was owed when it was claimed. Of several compensations of a loan the last is returned
    first: together they return the fund's share once.
    """
    paid_back_fen = share_of(claimed_for_fen, fund_share) - share_of(owed_fen, fund_share)
    return max(min(compensated_fen, paid_back_fen) - recovered_fen, 0)


def require_still_owed(owed_fen: int, claimed_for_fen: int) -> None:
    """Refuse to pay for what was paid back since it was claimed. Raises LossChanged with what is owed now."""
    if owed_fen < claimed_for_fen:
        raise LossChanged(outstanding_fen=owed_fen)


def require_overdue(since: date | None, wait_days: int, on: date) -> date:
    """The day the loan is overdue since, when `wait_days` have passed. Raises LoanNotOverdue."""
    if since is None or since + timedelta(days=wait_days) > on:
        raise LoanNotOverdue(wait_days=wait_days)
    return since
