"""The tables that ship with the service hold together; a password is judged by length and commonness."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.offices import code_fits, level_of
from services.gateway.domain.passwords import normalised, require_good
from services.gateway.domain.refusals.passwords import PasswordCommon, PasswordTooShort
from services.gateway.storage.data_files import common_passwords, role_book, rows
from shared.refusals import Refusal

BOOK = role_book()
LEVELS = {"nation", "province", "city", "county", "township", "village"}


def test_every_row_of_the_tables_names_what_exists_and_its_source() -> None:
    kinds = {row.kind for row in BOOK.roles.values()}
    for row in rows("role_offices"):
        assert row["role"] in BOOK.roles
        assert row["level"] in LEVELS
        assert row["sector"] == "*" or row["sector"] in BOOK.sectors
    for row in rows("role_permissions"):
        assert row["role"] in BOOK.roles or row["role"] == "public"
        assert row["permission"].count(".") == 1
    for row in rows("role_conflicts"):
        assert {row["kind"], row["other_kind"]} <= kinds
    for name in ("roles", "role_offices", "role_permissions", "role_conflicts", "sectors", "parameters"):
        assert all(row["source"] for row in rows(name))
    assert set(BOOK.offices) == set(BOOK.roles)


def test_the_anonymous_may_read_what_is_public_and_nothing_else() -> None:
    assert BOOK.permissions_of(("public",)) == {"public.read", "complaint.submit"}
    assert [role for role in BOOK.roles if "public.read" in BOOK.permissions[role]] == []


def test_the_three_administrative_duties_lie_in_three_hands() -> None:
    duties = ("account_admin", "security_admin", "operator")
    business = [code for code, row in BOOK.roles.items() if row.kind == "business"]
    for duty in duties:
        assert set(BOOK.rivals_of(duty)) >= {*business, *duties} - {duty}
        assert not BOOK.permissions[duty] & BOOK.permissions["county_finance_officer"] - {
            "own_account.use", "operation.read", "parameter.read", "division.read",
        }  # fmt: skip


def test_no_role_both_prepares_and_reviews_money() -> None:
    for role in BOOK.roles:
        held = BOOK.permissions[role]
        assert not ({"claim.file", "grant.prepare"} & held and {"payment.order", "grant.decide"} & held), role


@given(st.sets(st.sampled_from(sorted(BOOK.roles)), min_size=1))
def test_incompatibility_does_not_depend_on_order(roles: set[str]) -> None:
    assert BOOK.incompatible(sorted(roles)) == BOOK.incompatible(sorted(roles, reverse=True))


def test_the_level_follows_from_the_length_of_the_code() -> None:
    codes = {"00": "nation", "34": "province", "3416": "city", "341622": "county", "341622106": "township"}
    assert {code: level_of(code) for code in codes} == codes
    assert level_of("341622106201") == "village"
    assert level_of("341") is None
    assert code_fits("341622-aid", "341622")
    assert not code_fits("341622-", "341622")
    assert not code_fits("3416-aid", "341622")


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Password1234!",
        "qwertyuiopas",
        "1qaz2wsx3edc4",
        "1234567890123",
        "aabbaabbaabb",
        "ＰＡＳＳＷＯＲＤ１２３４",
    ],
)
def test_a_common_password_is_refused_in_any_dress(password: str) -> None:
    with pytest.raises(PasswordCommon):
        require_good(password, "somebody", common_passwords(), 12)


@pytest.mark.parametrize("password", ["Meng-cheng-7301!", "correct staple of 2027", "蒙城县许疃镇双龙村的一棵大槐树"])
def test_a_long_password_needs_no_special_characters(password: str) -> None:
    require_good(password, "somebody", common_passwords(), 12)


@given(st.text(max_size=11).filter(lambda text: len(normalised(text)) < 12))
def test_nothing_shorter_than_twelve_passes(password: str) -> None:
    with pytest.raises(Refusal) as raised:
        require_good(password, "somebody", frozenset(), 12)
    assert raised.type is not PasswordCommon
    if password.isalnum() and len(password) < 6:
        assert raised.type is PasswordTooShort
