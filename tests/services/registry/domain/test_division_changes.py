"""What a merge, split, rename, new code or abolition may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pytest

from services.registry.domain import refusals
from services.registry.domain.division_changes import Kind, Move, Plan, Successor, plan_of, require_possible
from services.registry.domain.divisions import above, level_of, next_natural_village, parent_of
from shared.refusals import Refusal

DAY = date(2024, 5, 1)
A, B, C, TOWN, OTHER = "341622101200", "341622101201", "341622101202", "341622101", "341622102"


@dataclass(frozen=True)
class Row:
    code: str
    name: str
    valid_from: date = date(2014, 1, 1)
    valid_to: date | None = None
    named_from: date = date(2014, 1, 1)


PRESENT = {code: Row(code, f"村{code[-1]}") for code in (A, B, TOWN, OTHER)}


def plan(kind: Kind, before: Sequence[str], after: Sequence[Successor], moves: Sequence[Move] = ()) -> Plan:
    return plan_of(kind, DAY, before, after, moves)


@pytest.mark.parametrize(
    ("kind", "before", "after", "moves", "refusal"),
    [
        ("merge", [A], [A], [], refusals.DivisionChangeShape),
        ("merge", [A, B], [A, C], [], refusals.DivisionChangeShape),
        ("merge", [A, A], [B], [], refusals.DivisionChangeShape),
        ("merge", [A, B], [], [], refusals.DivisionChangeShape),
        ("split", [A], [B], [], refusals.DivisionChangeShape),
        ("split", [A, B], [A, C], [], refusals.DivisionChangeShape),
        ("rename", [A], [B], [], refusals.DivisionChangeShape),
        ("recode", [A], [A], [], refusals.DivisionChangeShape),
        ("abolish", [A], [B], [], refusals.DivisionChangeShape),
        ("merge", [A, B], [TOWN], [], refusals.DivisionLevelDiffers),
        ("recode", [TOWN], [OTHER], [Move(A, "341622102200001")], refusals.DivisionLevelDiffers),
        ("recode", [TOWN], [OTHER], [Move("341622103200", "341622102200")], refusals.DivisionMoveWrong),
        ("recode", [TOWN], [OTHER], [Move(A, "341622103200")], refusals.DivisionMoveWrong),
        ("recode", [TOWN], [OTHER], [Move(A, "341622102200"), Move(B, "341622102200")], refusals.DivisionMoveWrong),
        ("recode", [TOWN], [OTHER], [Move(A, B), Move(B, A)], refusals.DivisionCycle),
        ("rename", [A], [A], [Move("341622101200001", "341622101200002")], refusals.DivisionMoveWrong),
    ],
)
def test_a_change_that_is_none_of_its_kind_is_refused(
    kind: Kind, before: list[str], after: list[str], moves: list[Move], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        plan(kind, before, [Successor(code, "新") for code in after], moves)


def test_a_rename_needs_the_new_name() -> None:
    with pytest.raises(refusals.DivisionNameNeeded):
        plan("rename", [A], [Successor(A, None)])


@pytest.mark.parametrize(
    ("change", "present", "below", "refusal"),
    [
        (plan("merge", [A, B], [Successor(C, "合村")]), {TOWN: PRESENT[TOWN], A: PRESENT[A]}, (), "unknown"),
        (plan("merge", [A, B], [Successor(C, None)]), PRESENT, (), "name_needed"),
        (plan("merge", [A, B], [Successor(C, "合村")]), PRESENT, [f"{A}001"], "has_children"),
        (plan("abolish", [A], []), PRESENT, [f"{A}001"], "has_children"),
        (plan("merge", [A], [Successor(B, "别名")]), PRESENT, (), "name_differs"),
        (plan("recode", [A], [Successor(B, None)]), PRESENT, (), "code_taken"),
        (plan("rename", [A], [Successor(A, "村0")]), PRESENT, (), "name_same"),
        (plan("recode", [A], [Successor("341622109200", "新村")]), PRESENT, (), "parent_wrong"),
        (plan("merge", [A, B], [Successor(C, "合村")]), PRESENT | {A: Row(A, "x", valid_from=DAY)}, (), "days"),
        (plan("merge", [A], [Successor(B, None)]), PRESENT | {B: Row(B, "x", valid_from=date(2025, 1, 1))}, (), "days"),
        (plan("rename", [A], [Successor(A, "新")]), PRESENT | {A: Row(A, "x", named_from=DAY)}, (), "days"),
        (plan("merge", [A], [Successor(B, None)]), PRESENT | {A: replace(PRESENT[A], valid_to=DAY)}, (), "closed"),
        (plan("merge", [A], [Successor(B, None)]), PRESENT | {B: replace(PRESENT[B], valid_to=DAY)}, (), "closed"),
        (
            plan("merge", [A, B], [Successor(C, "合村")]),
            PRESENT | {TOWN: replace(PRESENT[TOWN], valid_to=DAY)},
            (),
            "closed",
        ),
    ],
)
def test_a_change_the_divisions_do_not_allow_is_refused(
    change: Plan, present: dict[str, Row], below: Sequence[str], refusal: str
) -> None:
    with pytest.raises(Refusal) as raised:
        require_possible(change, present, below)
    assert raised.value.code == f"registry.division_{refusal}"


def test_a_township_takes_its_villages_along() -> None:
    change = plan(
        "recode", [TOWN], [Successor("341622110", "甲镇")], [Move(A, "341622110200"), Move(B, "341622110201")]
    )
    county = {"341622": Row("341622", "蒙城县")}
    require_possible(change, PRESENT | county, [A, B])
    assert change.links == ((TOWN, "341622110"), (A, "341622110200"), (B, "341622110201"))


def test_a_natural_village_has_fifteen_digits_below_its_village() -> None:
    assert (level_of(f"{A}001"), parent_of(f"{A}001")) == ("natural_village", A)
    assert above(A) == ("34", "3416", "341622", TOWN)
    assert level_of("341622101200001"[:14]) is None
    assert next_natural_village(A, set()) == f"{A}001"
    assert next_natural_village(A, {f"{A}001", f"{A}007"}) == f"{A}008"
    assert next_natural_village(A, {f"{A}999"}) is None
