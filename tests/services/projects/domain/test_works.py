"""Contracts, credit codes and acceptances, to the fen."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.projects.domain import works
from services.projects.domain.refusals import WrongOffice
from services.projects.domain.refusals_works import (
    ContractOverPlan,
    FinalAccountOverContract,
    RetentionTooHigh,
    UsccInvalid,
)

GOOD = "91341622MAAY4CL12C"


@given(st.integers(min_value=1, max_value=10**15), st.integers(min_value=1, max_value=10**15))
def test_a_contract_never_exceeds_its_plan_line_by_a_fen(amount: int, line: int) -> None:
    if amount <= line:
        works.check_contract(amount, line, "0", "0.05", GOOD, None)
    else:
        with pytest.raises(ContractOverPlan):
            works.check_contract(amount, line, "0", "0.05", GOOD, None)


@given(st.decimals(min_value=0, max_value=1, places=9))
def test_retention_is_compared_unrounded(rate: Decimal) -> None:
    if rate <= Decimal("0.05"):
        works.check_contract(1, 1, format(rate, "f"), "0.05", GOOD, GOOD)
    else:
        with pytest.raises(RetentionTooHigh):
            works.check_contract(1, 1, format(rate, "f"), "0.05", GOOD, GOOD)


def test_one_wrong_character_of_a_credit_code_is_noticed() -> None:
    works.require_uscc(GOOD, "")
    for place in range(len(GOOD)):
        changed = GOOD[:place] + ("0" if GOOD[place] != "0" else "1") + GOOD[place + 1 :]
        with pytest.raises(UsccInvalid):
            works.require_uscc(changed, "")
    with pytest.raises(UsccInvalid):
        works.require_uscc(GOOD.lower(), "")


@given(st.integers(min_value=1, max_value=10**12), st.integers(min_value=1, max_value=10**12))
def test_a_final_account_never_exceeds_the_contract_by_a_fen(final: int, limit: int) -> None:
    if final <= limit:
        works.check_acceptance("a", {"b"}, ["x", "y"], final, limit)
    else:
        with pytest.raises(FinalAccountOverContract):
            works.check_acceptance("a", {"b"}, ["x", "y"], final, limit)


def test_a_county_bureau_records_works_of_its_own_sector() -> None:
    works.require_own_office("works", "county", "transport", "341622-transport")
    works.require_own_office("works", "township", "", "341622-transport")
    works.require_own_office("grants", "county", "civil", "341622-finance")
    with pytest.raises(WrongOffice):
        works.require_own_office("works", "county", "water", "341622-transport")
