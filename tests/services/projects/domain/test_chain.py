"""The chains as data: order, entry by level, whose step it is."""

from __future__ import annotations

import pytest

from services.projects.domain import chain
from services.projects.domain.refusals import NotTheNextStep, SamePerson

LEVELS = ("village", "township", "county")


def test_every_chain_ends_with_decision_notice_and_filing_of_the_county() -> None:
    for level in LEVELS:
        steps = [step.step for step in chain.chain(level)]
        assert steps[-4:] == ["department_review", "county_decision", "county_notice", "filing"]
        assert [step.seq for step in chain.chain(level)] == list(range(1, len(steps) + 1))
    assert [step.step for step in chain.chain("village")][:3] == [
        "village_notice",
        "township_review",
        "township_notice",
    ]
    assert chain.chain("township") == () or chain.chain("township")[0].step == "township_review"
    assert chain.chain("city") == ()


def test_every_notice_names_the_parameter_of_its_days_and_every_step_its_source() -> None:
    for level in LEVELS:
        for step in chain.chain(level):
            assert bool(step.days_key) == (step.kind == "notice")
            assert step.source
            assert chain.permission_of(step.step) == step.permission


def test_after_the_last_step_none_is_due() -> None:
    steps = chain.chain("village")
    assert chain.due("village", 0) == steps[0]
    assert chain.due("village", len(steps)) is None
    with pytest.raises(NotTheNextStep):
        chain.require_due(None, "filing")


def test_the_department_is_the_responsible_sector_or_the_aid_office() -> None:
    step = chain.chain("county")[0]
    cases = {
        ("county", "transport"): True,
        ("county", "aid"): True,
        ("county", "water"): False,
        ("county", ""): False,
        ("township", "aid"): False,
    }
    for (level, sector), expected in cases.items():
        assert step.belongs_to(level, sector, "341622-transport") is expected
    assert not step.belongs_to("county", "", "")


def test_one_human_counts_once_whatever_the_account() -> None:
    chain.require_other_person("a", {"b"})
    with pytest.raises(SamePerson):
        chain.require_other_person("a", {"a", "b"})
