"""One open alert per cause whatever happens, and the colours that bar."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain import alert_handling as handling
from services.funds.domain.alerts import Barrier, Cause, Judged, Open, plan, require_clear
from services.funds.domain.refusals import alerts as refusals
from tests.services.funds.domain.alert_facts import COUNTY, TODAY


@dataclass
class Books:
    """Alerts kept in memory as the database keeps them."""

    rows: list[dict[str, Any]] = field(default_factory=list)

    def open(self) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["state"] == "open"]

    def evaluate(self, causes: list[Cause]) -> None:
        opens = [Open(index, row["rule"], row["reference"], row["conclusion"]) for index, row in self._numbered()]
        judged = {(row["rule"], row["reference"]): row["judged"] for row in self.rows if row["closed_why"] == "normal"}
        result = plan(opens, judged, causes)
        for index, cause in result.updated:
            self.rows[index]["cause"] = cause
        for index in result.gone:
            self.rows[index] |= {"state": "closed", "closed_why": "gone"}
        for cause in result.opened:
            self.rows.append(
                {"rule": cause.rule, "reference": cause.reference, "cause": cause, "state": "open",
                 "conclusion": None, "closed_why": None, "judged": None}
            )  # fmt: skip

    def conclude(self, which: int, outcome: str) -> None:
        opens = self.open()
        if not opens:
            return
        row = opens[which % len(opens)]
        row["conclusion"] = outcome
        if outcome in handling.LIFTING:
            cause = row["cause"]
            row |= {"state": "closed", "closed_why": outcome}
            row["judged"] = Judged(cause.amount_fen, cause.days, cause.occurrences)

    def _numbered(self) -> list[tuple[int, dict[str, Any]]]:
        return [(index, row) for index, row in enumerate(self.rows) if row["state"] == "open"]


def cause(rule: str, reference: str, fen: int = 1, days: int = 1) -> Cause:
    return Cause(rule, reference, "red", "standard", COUNTY, "x", "finance", TODAY, "0", fen, days)


CAUSES = st.builds(
    cause, st.sampled_from("ab"), st.sampled_from(["claim:1", "claim:2", "receipt:1"]), st.integers(1, 3),
    st.integers(0, 3),
)  # fmt: skip
EVALUATIONS = st.tuples(st.just("evaluate"), st.lists(CAUSES, max_size=6))
CONCLUSIONS = st.tuples(st.sampled_from(["doubt", "violation", "normal", "corrected"]), st.integers(0, 5))


@given(st.lists(st.one_of(EVALUATIONS, CONCLUSIONS), max_size=25))
def test_random_evaluations_and_conclusions_never_leave_two_open_alerts_for_one_cause(
    steps: list[tuple[str, Any]],
) -> None:
    books = Books()
    for name, what in steps:
        before = {id(row): row["state"] for row in books.rows}
        if name != "evaluate":
            books.conclude(what, name)
            continue
        books.evaluate(what)
        keys = [(row["rule"], row["reference"]) for row in books.open()]
        assert len(keys) == len(set(keys))
        present = {item.key for item in what}
        for row in books.open():
            assert (row["rule"], row["reference"]) in present or row["conclusion"] == "violation"
        assert all(row["state"] == "closed" for row in books.rows if before.get(id(row)) == "closed")
        merged = plan([], {}, what).opened
        for item in merged:
            assert item.key in keys or any(
                row["judged"] and row["judged"].covers(item)
                for row in books.rows
                if (row["rule"], row["reference"]) == item.key and row["closed_why"] == "normal"
            )
        rows_now = len(books.rows)
        books.evaluate(what)
        assert len(books.rows) == rows_now, "the same causes again open nothing"


def test_judged_normal_alerts_again_only_when_it_grows() -> None:
    known = {("a", "claim:1"): Judged(100, 40, 1)}
    assert plan([], known, [cause("a", "claim:1", 100, 40)]).opened == []
    for grown in (cause("a", "claim:1", 101, 40), cause("a", "claim:1", 100, 41)):
        assert plan([], known, [grown]).opened == [grown]
    assert plan([], known, [cause("b", "claim:1", 1, 1)]).opened, "another rule was not judged"


def test_a_violation_stands_when_its_cause_is_gone() -> None:
    result = plan([Open(1, "a", "claim:1", "violation"), Open(2, "a", "claim:2", "doubt")], {}, [])
    assert result.gone == [2]


@pytest.mark.parametrize(
    ("colour", "papered", "refusal"),
    [
        ("red", True, refusals.AlertBlocks),
        ("orange", False, refusals.AlertPaperNeeded),
        ("orange", True, None),
        ("grey", True, refusals.AlertForbids),
    ],
)
def test_red_blocks_orange_asks_a_paper_grey_forbids(
    colour: str, papered: bool, refusal: type[Exception] | None
) -> None:
    barrier = Barrier(7, "stopped_money", "allocation:1", colour, papered)
    if refusal is None:
        require_clear([barrier])
        return
    with pytest.raises(refusal) as caught:
        require_clear([barrier])
    assert caught.value.facts["alert_id"] == 7  # type: ignore[attr-defined]


def test_the_hardest_of_several_is_named() -> None:
    barriers = [Barrier(1, "o", "x", "orange", False), Barrier(2, "r", "x", "red", False)]
    with pytest.raises(refusals.AlertBlocks):
        require_clear(barriers)
    with pytest.raises(refusals.AlertForbids):
        require_clear([*barriers, Barrier(3, "g", "x", "grey", True)])
