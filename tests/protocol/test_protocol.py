"""No order of losses, repetitions, crashes and deadlines breaks a two-service operation; three other designs break."""

from __future__ import annotations

import pytest

from tests.protocol.model import Design, Limits, search


@pytest.mark.parametrize(
    ("limits", "at_least"),
    [(Limits(), 40_000), (Limits(operations=1, losses=4, repeats=3, crashes=3, changes=2), 20_000)],
    ids=["two operations compete", "one operation, many faults"],
)
def test_no_state_that_can_be_reached_breaks_a_promise(limits: Limits, at_least: int) -> None:
    found = search("shipped", limits)
    assert found.breaches == {}
    assert found.states >= at_least


@pytest.mark.parametrize(
    ("design", "breach"),
    [
        ("commit_after_call", "operation 0 stays half done"),
        ("expiry_by_clock", "the money went back while the project was funded"),
        ("unrecorded_refusal", "what was refused happened"),
    ],
)
def test_the_search_sees_what_is_wrong_with_other_designs(design: Design, breach: str) -> None:
    found = search(design, Limits(), until=breach)
    assert breach in found.breaches, found.states
    assert found.breaches[breach], "the way to it is told"
