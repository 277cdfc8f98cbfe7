"""Whether a grant may go into a file for the bank."""

from __future__ import annotations

import pytest

from services.funds.domain.grant_files import reason_against
from shared.schemas.registry_accounts import AccountAnswer

GOOD = {
    "ref": "1", "household_id": "h1", "account_name": "张建国", "bank_name": "蒙城农商行",
    "account": "6228480402564890001", "account_mark": "m1",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"account": None}, "account_missing"),
        ({"account_mark": None}, "account_missing"),
        ({"account_name": None}, "account_missing"),
        ({"bank_name": None}, "account_missing"),
        ({"account_mark": "m2"}, "account_changed"),
        ({"account": "62-28"}, "account_unusable"),
        ({"bank_name": "=1+1"}, "account_unusable"),
    ],
)
def test_a_grant_goes_on_the_households_own_account_as_it_was_checked(
    changes: dict[str, str | None], reason: str | None
) -> None:
    assert reason_against(AccountAnswer.model_validate(GOOD | changes), "m1") == reason


def test_a_line_checked_without_an_account_stays_out() -> None:
    assert reason_against(AccountAnswer.model_validate(GOOD), None) == "account_changed"
