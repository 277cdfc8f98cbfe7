"""Rules of risk compensation funds: what a fund supports, and what it pays when a loan is not paid back."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

from services.funds.domain.amounts import share_of
from services.funds.domain.refusals.credit import (
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


def compensation_of(outstanding_fen: int, fund_share: str) -> int:
    """The fund's share of what is owed, rounded down to the fen. Raises NothingToCompensate when it is nothing."""
    amount_fen = share_of(outstanding_fen, fund_share)
    if amount_fen == 0:
        raise NothingToCompensate()
    return amount_fen


def to_return(compensated_fen: int, owed_fen: int, fund_share: str, recovered_fen: int) -> int:
    """Fen the bank was paid back of a compensated loan that are the fund's share and not yet the fund's again."""
    return max(compensated_fen - share_of(owed_fen, fund_share) - recovered_fen, 0)


def require_still_owed(owed_fen: int, claimed_for_fen: int) -> None:
    """Refuse to pay for what was paid back since it was claimed. Raises LossChanged with what is owed now."""
    if owed_fen < claimed_for_fen:
        raise LossChanged(outstanding_fen=owed_fen)


def require_overdue(since: date | None, wait_days: int, on: date) -> date:
    """The day the loan is overdue since, when `wait_days` have passed. Raises LoanNotOverdue."""
    if since is None or since + timedelta(days=wait_days) > on:
        raise LoanNotOverdue(wait_days=wait_days)
    return since
