"""Rules of microcredit: who may borrow, how much, for what, through which steps, and when it is overdue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from services.funds.domain.refusals.credit import (
    BorrowerAgeOutside,
    ExtensionsUsed,
    ExtensionTooLate,
    ExtensionTooLong,
    LoanOverCap,
    LoanRateTooHigh,
    LoanStepOfOtherOffice,
    LoanTermTooLong,
    LoanUseForbidden,
    LoanUseUnknown,
)

SHORT_TERM_MONTHS = 12
"""Up to here the rate cap of one year holds, above it the longer one's."""


@dataclass(frozen=True, slots=True)
class Step:
    """One of the steps after the household's application: from which state, to which, and whose it is."""

    name: str
    before: str
    after: str
    level: str
    sector: str | None
    person: str
    """The column that keeps who took the step."""


STEPS = {
    "village": Step("village", "applied", "village_reviewed", "village", None, "village_person"),
    "township": Step("township", "village_reviewed", "township_reviewed", "township", None, "township_person"),
    "county": Step("county", "township_reviewed", "county_checked", "county", "aid", "county_person"),
    "bank": Step("bank", "county_checked", "approved", "county", "banking", "bank_person"),
}
"""户申请 → 村初审 → 乡审核 → 县复查 → 银行审定, in this order."""
ENDED = frozenset({"refused", "withdrawn", "disbursed", "repaid"})
"""States of what is no application any longer."""
BANK = "banking"
"""The sector of a bank's office."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a loan of one area is held to on one day."""

    cap_fen: int
    term_months: int
    age_from: int
    age_to: int
    rate_cap: str


@dataclass(frozen=True, slots=True)
class Use:
    """A use of a loan, and the words that tell it in a text."""

    code: str
    allowed: bool
    words: tuple[str, ...]


def require_office(step: Step, level: str, sector: str) -> None:
    """Refuse an office of another level or sector than the step's. Raises LoanStepOfOtherOffice."""
    if level != step.level or (step.sector is not None and sector != step.sector):
        raise LoanStepOfOtherOffice(level=step.level)


def require_bank(level: str, sector: str) -> None:
    """Refuse what is not a bank's office. Raises LoanStepOfOtherOffice."""
    require_office(STEPS["bank"], level, sector)


def age_on(identity_number: str, day: date) -> int | None:
    """Whole years a person has lived by the day, by the birth date in the number; None when it holds no date."""
    digits = identity_number[6:14]
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def kin_asked_with(facts: Mapping[str, Any]) -> list[str]:
    """The households that counted as one with the borrower's when it asked; earlier applications tell one at most."""
    one = facts.get("split_from")
    return list(facts.get("kin", ())) or ([one] if one is not None else [])


def require_age(age: int | None, limits: Limits) -> int:
    """The age, when it is within the limits. Raises BorrowerAgeOutside."""
    if age is None or not limits.age_from <= age <= limits.age_to:
        raise BorrowerAgeOutside(age_from=limits.age_from, age_to=limits.age_to)
    return age


def require_terms(amount_fen: int, owed_fen: int, term_months: int, annual_rate: str, limits: Limits) -> None:
    """Refuse a loan above the household's cap, too long or too dear.

    `owed_fen` is what the household owes or has asked for besides. Raises LoanOverCap, LoanTermTooLong,
    LoanRateTooHigh.
    """
    if owed_fen + amount_fen > limits.cap_fen:
        raise LoanOverCap(cap_fen=limits.cap_fen, left_fen=max(limits.cap_fen - owed_fen, 0))
    if term_months > limits.term_months:
        raise LoanTermTooLong(highest=limits.term_months)
    require_rate(annual_rate, limits.rate_cap)


def require_rate(annual_rate: str, highest: str) -> None:
    """Refuse a rate above the cap. Raises LoanRateTooHigh."""
    if Fraction(annual_rate) > Fraction(highest):
        raise LoanRateTooHigh(highest=highest)


@dataclass(frozen=True, slots=True)
class ExtensionLimits:
    """What an extension is held to on one day: its months, the whole term with it, how many one loan may have."""

    months: int
    whole_term: int
    times: int


def require_extension(months: int, months_before: int, extensions: int, limits: ExtensionLimits) -> None:
    """Refuse an extension too long, or one more than a loan may have.

    `months_before` is the term with all approved extensions. Raises ExtensionsUsed, ExtensionTooLong.
    """
    if extensions >= limits.times:
        raise ExtensionsUsed(highest=limits.times)
    if months > limits.months:
        raise ExtensionTooLong(highest=limits.months)
    if months_before + months > limits.whole_term:
        raise ExtensionTooLong(highest=max(limits.whole_term - months_before, 0))


def require_in_time(today: date, due_on: date, overdue_on: date | None) -> None:
    """Refuse a step of an extension taken after the loan was due or overdue, whatever day its paper bears.

    Raises ExtensionTooLate.
    """
    if today > due_on or overdue_on is not None:
        raise ExtensionTooLate()


def require_use(uses: Iterable[Use], use_code: str, purpose: str) -> None:
    """Refuse an unknown use, a forbidden one, and a purpose that speaks of a forbidden one.

    Raises LoanUseUnknown, LoanUseForbidden with the forbidden use's code as its fact.
    """
    by_code = {use.code: use for use in uses}
    chosen = by_code.get(use_code)
    if chosen is None:
        raise LoanUseUnknown()
    if not chosen.allowed:
        raise LoanUseForbidden(use=chosen.code)
    for use in by_code.values():
        if not use.allowed and any(word in purpose for word in use.words):
            raise LoanUseForbidden(pointer="/purpose", use=use.code)


def due_day(disbursed_on: date, term_months: int) -> date:
    """The day the last fen is due: the same day of the month, or the month's last when there is none."""
    months = disbursed_on.month - 1 + term_months
    year, month = disbursed_on.year + months // 12, months % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    last = (following - timedelta(days=1)).day
    return date(year, month, min(disbursed_on.day, last))


def overdue_since(due_on: date | None, noticed_on: date | None, outstanding_fen: int, today: date) -> date | None:
    """The first day of being overdue as of today: the bank's notice, else the day after the loan was due."""
    if outstanding_fen == 0 or due_on is None:
        return None
    if noticed_on is not None:
        return noticed_on
    return due_on + timedelta(days=1) if today > due_on else None
