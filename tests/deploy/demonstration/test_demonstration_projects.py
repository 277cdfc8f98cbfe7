"""The invented projects of 蒙城县 are complete enough to enter a library and to be contracted."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from stdnum.cn import uscc

from deploy.demonstration.household import Household
from deploy.demonstration.library import LibraryRow, beiguan_rows, liling_rows, read_targets
from deploy.demonstration.projects_mengcheng import library_rows, projects
from deploy.demonstration.tables import read_mengcheng_divisions

ORGANISATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def every_row() -> list[LibraryRow]:
    return [*library_rows(2028), *beiguan_rows(), *liling_rows()]


def test_fourteen_projects_of_four_to_five_thousand_wan() -> None:
    found = projects(2026)
    assert len(found) == 14
    assert 4_000_000_000 <= sum(project.estimate_fen for project in found) <= 5_000_000_000
    names = [project.name for project in found]
    assert len(set(names)) == len({project.key for project in found}) == 14
    assert {"许疃镇钟庙村光伏电站", "许疃镇卢老荒村光伏电站"} <= set(names)


def test_sites_are_divisions_of_the_county_and_mostly_in_xutuan() -> None:
    county = {d.code: d for d in read_mengcheng_divisions() if d.code.startswith("341622")}
    found = projects(2026)
    assert all(code in county for project in found for code in project.division_codes)
    in_town = [p for p in found if all(code.startswith("341622106") for code in p.division_codes)]
    assert len(in_town) > len(found) // 2
    assert found[0].place == "许疃镇钟庙村"
    assert found[-1].place == "蒙城县"
    for project in found:
        for code in project.division_codes:
            assert county[code].name.removesuffix("村委会") in project.name


def test_every_project_has_three_targets_and_one_asks_for_satisfaction() -> None:
    for row in every_row():
        assert len(row.targets) >= 3
        assert sum(target.level1 == "满意度指标" for target in row.targets) == 1
        for target in row.targets:
            assert target.operator in (">=", "<=", "=")
            assert target.level1 in ("产出指标", "效益指标", "满意度指标")
            assert target.value >= 0
            assert target.cell.count("|") == 5
            assert "；" not in target.cell


def test_targets_belong_to_a_project() -> None:
    keys = {project.key for project in projects(2026)}
    keys |= {f"beiguan_2018-{row.seq}" for row in beiguan_rows()}
    keys |= {f"liling_2019-{row.seq}" for row in liling_rows()}
    assert set(read_targets()) == keys


def test_every_row_says_what_admission_asks_for() -> None:
    for row in every_row():
        texts = (row.name, row.category, row.construction_kind, row.place, row.content, row.fund_source)
        assert all(texts)
        assert row.responsible
        assert row.participation
        assert row.amount_fen > 0
        assert row.starts_on < row.finishes_on
        assert row.starts_on.year == row.finishes_on.year
        assert 0 < row.poor_people <= row.people
        assert 0 < row.households <= row.people


@pytest.mark.parametrize("year", [2026, 2028])
def test_dates_follow_the_fund_year(year: int) -> None:
    assert {project.starts_on.year for project in projects(year)} == {year}
    assert [row.seq for row in library_rows(year)] == list(range(1, 15))
    assert projects(year)[0].starts_on == date(year, 3, 10)


def test_contracts_stay_within_the_estimate_and_grants_have_none() -> None:
    for project in projects(2026):
        assert (project.contract is None) == (project.construction_kind == "补助")
        if project.contract:
            assert 0.9 * project.estimate_fen < project.contract.amount_fen < project.estimate_fen


def test_credit_codes_are_valid_and_belong_to_one_company() -> None:
    contracts = [project.contract for project in projects(2026) if project.contract]
    companies = {contract.credit_code: contract.contractor for contract in contracts}
    assert len(companies) == len({contract.contractor for contract in contracts}) == 7
    for contract in contracts:
        assert companies[contract.credit_code] == contract.contractor
        assert len(contract.credit_code) == 18
        assert uscc.is_valid(contract.credit_code)
        assert contract.credit_code[8:17][-1] == organisation_check(contract.credit_code[8:16])


def organisation_check(body: str) -> str:
    """The ninth character of an organisation code (GB 11714-1997)."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    values = [ORGANISATION_ALPHABET.index(char) for char in body]
    rest = sum(value * weight for value, weight in zip(values, weights, strict=True)) % 11
    return {1: "X", 0: "0"}.get(rest, str(11 - rest))


def test_no_village_has_more_poor_beneficiaries_than_the_register(leap_town: tuple[Household, ...]) -> None:
    registered = Counter[str]()
    for household in leap_town:
        registered[household.village_code] += len(household.members)
    for project in projects(2028):
        if all(code.startswith("341622106") for code in project.division_codes):
            assert project.poor_people <= sum(registered[code] for code in project.division_codes)
