"""Numbers made by tables pass the same checks as numbers made by the formula."""

from __future__ import annotations

import pytest
from stdnum import luhn
from stdnum.cn import ric

from bench.numbers import IdentityNumbers, account, phone


def test_identity_numbers_have_their_check_digit_and_sex() -> None:
    issued = IdentityNumbers("341622")
    for birth in ("19511203", "20080229", "19990101"):
        for male in (True, False):
            number = issued.next(birth, male)
            assert number[:14] == "341622" + birth
            assert int(number[16]) % 2 == male
            assert ric.calc_check_digit(number) == number[17]


def test_a_number_is_given_once_and_a_day_can_run_out() -> None:
    issued = IdentityNumbers("341622")
    assert len({issued.next("19800101", True) for _ in range(48)}) == 48
    with pytest.raises(ValueError, match="no number is left"):
        issued.next("19800101", True)
    assert issued.next("19800101", False)


def test_accounts_are_closed_by_their_luhn_digit() -> None:
    assert all(luhn.is_valid(account(count)) and len(account(count)) == 19 for count in range(1, 5_000, 7))
    assert len({account(count) for count in range(5_000)}) == 5_000


def test_telephones_are_eleven_digits_and_differ() -> None:
    made = {phone(count) for count in range(20_000)}
    assert len(made) == 20_000
    assert all(len(number) == 11 and number.startswith("154") for number in made)
