"""The people a bench measures with are good people: the register's own rules find nothing but the faults put in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

import pytest

from bench.conditions import YES
from bench.families import COLUMN, HEADERS
from bench.places import ISSUING_PLACES, Province
from bench.population import FAULT_EVERY, Population, Sheet
from services.registry.domain.code_lists import BY_LABEL
from services.registry.domain.faults import Fault
from services.registry.domain.fields import HOUSEHOLD_FIELDS, MEMBER_FIELDS, Field
from services.registry.domain.household_files import HouseholdFile, faults_of
from services.registry.domain.income import AMOUNTS, Income
from services.registry.domain.limits import Limits
from services.registry.domain.members import Member
from services.registry.domain.place_codes import place_warning
from shared.chassis.clock import office_today

LIMITS = Limits(max_other_causes=2, working_age_from=16, working_age_to=60)
TODAY = office_today()
PROVINCE = Province(counties=2, spare=1, townships_per_county=4, villages_per_county=20)
VILLAGES = tuple(PROVINCE.villages(0))
READ: dict[str, Callable[[str], Any]] = {
    "flag": lambda cell: cell == YES,
    "day": date.fromisoformat,
    "measure": Decimal,
    "year": int,
    "months": int,
    "fen": lambda cell: int(Decimal(cell) * 100),
}

Row = list[str]


@pytest.fixture(scope="module")
def population() -> Population:
    return Population(TODAY)


def households(rows: list[Row]) -> Iterator[list[Row]]:
    for _, people in groupby(rows, key=lambda row: row[0]):
        yield list(people)


def value_of(field: Field, cell: str) -> Any:
    if field.kind == "code":
        return BY_LABEL[field.codes][cell]
    if field.kind == "codes":
        return tuple(BY_LABEL[field.codes][label] for label in cell.split("、"))
    return READ.get(field.kind, str)(cell)


def stated(of: str, fields: dict[str, Field], row: Row) -> dict[str, Any]:
    cells = {name: row[COLUMN[of, name]] for name in fields}
    return {name: value_of(fields[name], cell) for name, cell in cells.items() if cell}


def faults(people: list[Row]) -> list[Fault]:
    facts = stated("household", HOUSEHOLD_FIELDS, people[0])
    income = Income(**{name: facts.pop(name) for name in AMOUNTS})
    members = tuple(Member(**stated("member", MEMBER_FIELDS, row)) for row in people)
    return faults_of(HouseholdFile(**facts, income=income, members=members), LIMITS, TODAY)


def test_a_row_has_a_cell_for_every_field_of_the_national_form() -> None:
    assert len(HEADERS) == len(set(HEADERS)) == 1 + len(HOUSEHOLD_FIELDS) + len(MEMBER_FIELDS)


def test_every_field_is_stated_of_somebody(population: Population) -> None:
    rows = list(population.rows(Sheet(0, VILLAGES, 8_000)))
    rare = {"dropout_reason"}
    empty = {key for key, place in COLUMN.items() if not any(row[place] for row in rows)}
    assert {field for _, field in empty} <= rare


def test_no_rule_is_broken_by_people_without_a_fault(population: Population) -> None:
    rows = list(population.rows(Sheet(0, VILLAGES, 3_000, bad=False)))
    broken = [fault for people in households(rows) for fault in faults(people)]
    assert broken == []


def test_every_number_was_issued_somewhere(population: Population) -> None:
    number = COLUMN["member", "identity_number"]
    for row in population.rows(Sheet(3, VILLAGES, 500, bad=False)):
        born = date.fromisoformat(row[number][6:14])
        assert place_warning(row[number], born) is None


def test_one_household_in_a_hundred_has_a_fault(population: Population) -> None:
    good = list(households(list(population.rows(Sheet(0, VILLAGES, 6_000, bad=False)))))
    mixed = list(households(list(population.rows(Sheet(0, VILLAGES, 6_000)))))
    changed = [place for place, (one, other) in enumerate(zip(good, mixed, strict=True), start=1) if one != other]
    assert changed == list(range(FAULT_EVERY, len(good) + 1, FAULT_EVERY))


def test_the_same_seed_and_day_make_the_same_people() -> None:
    sheet = Sheet(5, VILLAGES, 400)
    assert list(Population(TODAY).rows(sheet)) == list(Population(TODAY).rows(sheet))
    assert list(Population(TODAY).rows(sheet)) != list(Population(TODAY, "another").rows(sheet))


def test_no_two_sheets_share_a_person_a_household_or_an_account(population: Population) -> None:
    sheets = [list(population.rows(Sheet(number, VILLAGES, 2_000))) for number in (0, 1)]
    for key in (("member", "identity_number"), ("household", "bank_account"), ("household", "national_household_no")):
        one, other = ({row[COLUMN[key]] for row in rows if row[COLUMN[key]]} for rows in sheets)
        assert one
        assert not one & other
    assert not {row[0] for row in sheets[0]} & {row[0] for row in sheets[1]}


def test_a_sheet_has_the_rows_asked_for_and_ends_with_a_whole_household(population: Population) -> None:
    rows = list(population.rows(Sheet(2, VILLAGES, 1_000)))
    assert 1_000 <= len(rows) <= 1_006
    heads = [row for row in rows if row[COLUMN["member", "relation"]] == "户主"]
    assert len(heads) == len(list(households(rows)))


def test_all_villages_of_a_county_are_filled(population: Population) -> None:
    rows = population.rows(Sheet(4, VILLAGES, 2_000))
    filled = {row[COLUMN["household", "village_code"]] for row in rows} - {""}
    assert filled == set(VILLAGES)


def test_there_is_a_place_for_every_sheet_of_a_province() -> None:
    assert len(set(ISSUING_PLACES)) == len(ISSUING_PLACES) > 1_000
