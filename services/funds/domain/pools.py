"""Rules of money that circulates: who may borrow, how much, until when."""

from __future__ import annotations

from datetime import date

from services.funds.domain.loans import due_day
from services.funds.domain.refusals.giving import (
    BorrowerUnfit,
    CeilingTooHigh,
    LendingDueAlready,
    LendingTermWrong,
    OverLendingCeiling,
    PoolTermTooLong,
)

MUTUAL_AID = "mutual_aid"


def require_limits(kind: str, ceiling_fen: int, term_months: int, highest_fen: int, highest_months: int) -> None:
    """Refuse a pool with higher limits than the area allows. Raises CeilingTooHigh, PoolTermTooLong."""
    if kind == MUTUAL_AID and ceiling_fen > highest_fen:
        raise CeilingTooHigh(highest_fen=highest_fen)
    if term_months > highest_months:
        raise PoolTermTooLong(highest=highest_months)


def require_borrower(kind: str, member: bool, name: str | None, uscc: str | None) -> None:
    """Refuse anybody the pool does not lend to. Raises BorrowerUnfit."""
    enterprise = name is not None and uscc is not None
    fits = member and name is None and uscc is None if kind == MUTUAL_AID else enterprise and not member
    if not fits:
        raise BorrowerUnfit()


def require_due_day(proposed_on: date, due_on: date, term_months: int) -> None:
    """Refuse a due day outside the pool's term. Raises LendingTermWrong."""
    if not proposed_on < due_on <= due_day(proposed_on, term_months):
        raise LendingTermWrong(term_months=term_months)


def require_not_due(lent_on: date, due_on: date) -> None:
    """Refuse to lend on a day the money would be due. Raises LendingDueAlready."""
    if lent_on >= due_on:
        raise LendingDueAlready()


def require_ceiling(amount_fen: int, owed_fen: int, ceiling_fen: int) -> None:
    """Refuse a borrower more than the pool's ceiling. Raises OverLendingCeiling."""
    if owed_fen + amount_fen > ceiling_fen:
        raise OverLendingCeiling(left_fen=max(ceiling_fen - owed_fen, 0))
