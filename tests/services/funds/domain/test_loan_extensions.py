"""What an extension of a loan is held to."""

from __future__ import annotations

from datetime import date

import pytest

from services.funds.domain import loans as rules
from services.funds.domain.refusals.credit import ExtensionsUsed, ExtensionTooLate, ExtensionTooLong

LIMITS = rules.ExtensionLimits(months=12, whole_term=36, times=2)


@pytest.mark.parametrize(
    ("months", "before", "extensions", "refusal"),
    [
        (12, 24, 0, None),
        (13, 12, 0, ExtensionTooLong),
        (12, 25, 1, ExtensionTooLong),
        (1, 12, 2, ExtensionsUsed),
    ],
)
def test_an_extension_is_within_its_months_the_whole_term_and_its_number(
    months: int, before: int, extensions: int, refusal: type[Exception] | None
) -> None:
    if refusal is None:
        rules.require_extension(months, before, extensions, LIMITS)
        return
    with pytest.raises(refusal):
        rules.require_extension(months, before, extensions, LIMITS)


def test_an_extension_comes_before_the_loan_is_due_or_overdue() -> None:
    due = date(2025, 1, 10)
    rules.require_in_time(due, due, None)
    with pytest.raises(ExtensionTooLate):
        rules.require_in_time(date(2025, 1, 11), due, None)
    with pytest.raises(ExtensionTooLate):
        rules.require_in_time(due, due, date(2025, 1, 2))
