"""Which lines of a grant list may be paid: on the register, alive, in the area, once, within the range."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.funds.domain.divisions import lies_in
from services.funds.domain.refusals.grants import PeriodWrong

REASONS: dict[str, tuple[str, str]] = {
    "not_registered": ("不在建档立卡系统内", "Not on the register"),
    "dead": ("人员已死亡", "The person is dead"),
    "exited": ("人员所在户已退出", "The household has exited"),
    "removed": ("人员已被清退", "The person was removed from the register"),
    "duplicate_in_batch": ("名单内重复", "The person stands twice in the list"),
    "duplicate_across": ("同一补助项目、同一期间已列入其他批次", "Has this grant for this period in another batch"),
    "below_range": ("低于补助标准", "Below the programme's range"),
    "above_range": ("高于补助标准", "Above the programme's range"),
    "outside_area": ("不属于资金所在县", "Belongs to another county than the money"),
}
"""Why a line is refused, in Chinese and English."""


@dataclass(frozen=True, slots=True)
class Payee:
    """What the registry says of one person of the list."""

    status: str
    person_id: str | None
    division_code: str | None


@dataclass(frozen=True, slots=True)
class Line:
    ref: str
    amount_fen: int


@dataclass(frozen=True, slots=True)
class Range:
    """The smallest and largest amount of one grant of a programme, in fen."""

    min_fen: int
    max_fen: int


def require_period(kind: str, period: str, fund_year: int) -> None:
    """Refuse a period that could be written in two ways, since the same grant is told by its period.

    A year, a school year `2025-2026` or a month `2026-03`, of the fund year or the one before; `once` for what a
    person gets once in a lifetime.
    """
    years = (fund_year - 1, fund_year)
    allowed = {
        "year": [f"{year}" for year in years],
        "school_year": [f"{year}-{year + 1}" for year in years],
        "occasion": [f"{year}-{month:02d}" for year in years for month in range(1, 13)],
        "once": ["once"],
    }[kind]
    if period not in allowed:
        raise PeriodWrong(example=allowed[-1])


def reason_against(payee: Payee, area: str) -> str | None:
    """Why this person may not be paid from the money of `area`; None when they may."""
    if payee.status != "eligible":
        return payee.status
    if payee.person_id is None or payee.division_code is None:
        return "not_registered"
    return None if lies_in(payee.division_code, area) else "outside_area"


def judge(
    lines: Iterable[Line], payees: Mapping[str, Payee], allowed: Range, area: str, already_given: set[str]
) -> dict[str, str]:
    """Reasons by reference for the lines that may not be paid. `already_given` are person ids.

    Of two good lines for one person the second is the duplicate.
    """
    reasons: dict[str, str] = {}
    seen: set[str] = set()
    for line in lines:
        payee = payees[line.ref]
        reason = reason_against(payee, area) or _reason_of_amount(line.amount_fen, allowed)
        person = payee.person_id or ""
        if reason is None and person in seen:
            reason = "duplicate_in_batch"
        if reason is None and person in already_given:
            reason = "duplicate_across"
        if reason is None:
            seen.add(person)
        else:
            reasons[line.ref] = reason
    return reasons


def _reason_of_amount(amount_fen: int, allowed: Range) -> str | None:
    if amount_fen < allowed.min_fen:
        return "below_range"
    return "above_range" if amount_fen > allowed.max_fen else None
