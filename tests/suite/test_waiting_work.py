"""What waits of a person who leaves: each service's list speaks of states its tables know, inside the asker's area."""

from __future__ import annotations

import importlib
from dataclasses import replace

import pytest
from sqlalchemy import CheckConstraint
from sqlalchemy.dialects import postgresql

from shared.chassis.waiting_work import Waiting
from tests.support.harness import actor


def kinds(service: str) -> list[Waiting]:
    found: list[Waiting] = importlib.import_module(f"services.{service}.storage.waiting_work").WAITING
    return found


@pytest.mark.parametrize("service", ["registry", "projects", "funds"])
def test_every_kind_of_waiting_work_is_asked_for_one_person_and_inside_the_area(service: str) -> None:
    who = actor("account.manage", scope=("341622",))
    for kind in kinds(service):
        asked = str(kind.of("p-1", who).compile(dialect=postgresql.dialect()))
        assert " >= " in asked, kind.noun
        assert "person = " in asked, kind.noun


def test_each_table_of_funds_has_an_open_state_and_none_that_is_final_counts_as_open() -> None:
    final = {"approved", "refused", "paid", "posted", "settled", "withdrawn", "in_force", "held", "confirmed", "closed"}
    for kind in kinds("funds"):
        checks = [str(row.sqltext) for row in kind.id.table.constraints if isinstance(row, CheckConstraint)]
        known = " ".join(check for check in checks if check.startswith("state in"))
        assert not final & set(kind.open_states)
        assert kind.noun == "payments" or any(f"'{state}'" in known for state in kind.open_states), kind.noun


def test_who_took_over_from_an_office_stands_for_it_and_nobody_else_does() -> None:
    successor = replace(actor(office="341622-aid"), offices_before=("341622-poverty",))
    assert successor.acts_for("341622-aid")
    assert successor.acts_for("341622-poverty")
    assert not successor.acts_for("341622-finance")
    assert successor.standing_for(None, "341622-finance", "341622-poverty") == "341622-poverty"
    assert successor.standing_for("341622-finance") == "341622-aid"
