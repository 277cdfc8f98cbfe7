"""Which roles are granted from where, lent to whom, and moved how; every permission has its text."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.delegations import Lent, needs_acceptance, usable, within_lenders_area
from services.gateway.domain.offices import stands_on
from services.gateway.domain.refusals.offices import SuccessionPlaceMissing
from services.gateway.domain.successions import Place, placed
from services.gateway.storage.data_files import role_book, rows

BOOK = role_book()
LEVELS = ("nation", "province", "city", "county", "township", "village")
DUTIES = ("account_admin", "security_admin", "auditor", "operator")
CONTRACTS = Path(__file__).resolve().parents[4] / "docs" / "openapi"
METHODS = {"get", "post", "put", "delete", "patch"}


def needed() -> set[str]:
    """The permissions that the operations of all services name."""
    found = set()
    for service in ("registry", "projects", "funds", "gateway"):
        document = json.loads((CONTRACTS / f"{service}.json").read_text(encoding="utf-8"))
        for path in document["paths"].values():
            found |= {operation["x-permission"] for method, operation in path.items() if method in METHODS}
    return {code for code in found if code != "public" and not code.startswith("service:")}


def test_no_permission_lacks_its_text_and_no_text_its_permission() -> None:
    listed = [row["code"] for row in rows("permissions")]
    granted = {row["permission"] for row in rows("role_permissions")}
    assert len(listed) == len(set(listed))
    assert sorted(needed() - set(listed)) == []
    assert sorted(granted - set(listed)) == []
    assert sorted(set(listed) - granted - needed()) == []
    for row in rows("permissions"):
        assert any("\u4e00" <= sign <= "\u9fff" for sign in row["zh"]), row["code"]
        assert row["en"].isascii(), row["code"]
        assert row["en"][:1].isupper(), row["code"]


def test_every_row_of_grants_and_lending_names_what_exists_and_its_source() -> None:
    for row in rows("role_grants"):
        assert row["role"] in BOOK.roles
        assert row["granter_level"] in LEVELS[:5]
        assert row["reach"] in ("own", "below")
        assert row["source"]
    for row in rows("role_lending"):
        assert BOOK.roles[row["role"]].kind == "business"
        assert row["acceptance"] in ("yes", "no")
        assert row["source"]
    assert {code for code, row in BOOK.roles.items() if row.kind == "business"} == set(BOOK.lending)


def test_who_manages_watches_audits_or_operates_is_appointed_from_above_and_no_role_is_out_of_reach() -> None:
    for level in LEVELS[1:5]:
        for duty in DUTIES:
            assert not BOOK.grantable(level, duty, below=False), (level, duty)
    for role, places in BOOK.offices.items():
        assert BOOK.grantable("nation", role, below=True), role
        for level, _ in places - {(level, sector) for level, sector in places if level == "nation"}:
            above = LEVELS[: LEVELS.index(level)]
            assert any(BOOK.grantable(one, role, below=True) for one in above), (role, level)
    for level in LEVELS[:5]:
        for role, places in BOOK.offices.items():
            reached = any(LEVELS.index(place) >= LEVELS.index(level) for place, _ in places)
            assert reached or (level, role) not in BOOK.grants, "nobody grants a role of the levels above"


@given(st.lists(st.sampled_from(sorted(BOOK.roles)), min_size=1, max_size=2), st.sampled_from(sorted(BOOK.roles)))
def test_a_lent_role_never_makes_an_incompatible_pair(own: list[str], lent: str) -> None:
    for level, sector in sorted(BOOK.offices[lent]):
        found = usable(BOOK, level, sector, own, [Lent("d", (lent,))])
        assert not found or BOOK.incompatible([*own, *found]) is None
        assert not found or lent in BOOK.lending


def test_a_role_does_nothing_at_an_office_that_does_not_have_it() -> None:
    lent = [Lent("one", ("county_finance_officer",)), Lent("two", ("county_finance_officer",))]
    assert usable(BOOK, "county", "finance", ["helper"], lent) == {"county_finance_officer": "one"}
    assert usable(BOOK, "township", "", ["helper"], lent) == {}
    assert needs_acceptance(BOOK, ["village_recorder", "county_finance_officer"])
    assert not needs_acceptance(BOOK, ["village_recorder", "helper"])


@pytest.mark.parametrize(
    ("lender", "borrower", "inside"),
    [
        ("341622", "341622", True),
        ("341622", "341622106", True),
        ("00", "341622", True),
        ("341622", "341623", False),
        ("341622", "3416", False),
        ("341622106", "341622", False),
    ],
)
def test_a_borrower_acts_in_an_area_the_lender_stands_over(lender: str, borrower: str, inside: bool) -> None:
    assert within_lenders_area(lender, borrower) is inside


def test_an_office_stands_on_its_first_and_last_day_and_no_other() -> None:
    first, last = date(2024, 1, 1), date(2024, 12, 31)
    assert [stands_on(first, last, day) for day in (date(2023, 12, 31), first, last, date(2025, 1, 1))] == [
        False, True, True, False,
    ]  # fmt: skip
    assert stands_on(first, None, date(2099, 1, 1))


def test_of_several_successors_each_account_needs_its_own() -> None:
    assert placed(["a"], [], ["x"]) == {"a": Place("a", "x")}
    with pytest.raises(SuccessionPlaceMissing):
        placed(["a", "b"], [Place("a", "x")], ["x", "y"])
