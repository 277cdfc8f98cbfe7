"""What a stage of a contract lets be claimed, and which approvals a sum needs, at their borders."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain import claim_approvals, claim_stages, periods
from services.funds.domain.refusals.claim_checks import OverStage, SuperiorConsents
from services.funds.domain.refusals.spending import OverContract

FEN = st.integers(min_value=1, max_value=10**15)
RATE = st.sampled_from(["0", "0.1", "0.3", "0.6667", "0.9", "1"])


@given(FEN, st.integers(min_value=0, max_value=10**15), RATE, RATE, st.integers(min_value=1, max_value=100))
def test_a_ceiling_is_within_the_claimable_part_and_reached_exactly(
    contract: int, other: int, advance: str, progress: str, percent: int
) -> None:
    terms = claim_stages.Terms(other, advance, progress)
    claimable = claim_stages.claimable_of(terms, contract)
    assert claimable == max(contract - other, 0)
    for kind, done in (("advance", None), ("progress", percent), ("final", None)):
        ceiling = claim_stages.ceiling_of(kind, claimable, terms, done)
        assert 0 <= ceiling <= claimable
        if ceiling:
            claim_stages.require_within(kind, ceiling, 0, contract, terms, done)
        with pytest.raises((OverStage, OverContract)):
            claim_stages.require_within(kind, ceiling + 1, 0, contract, terms, done)


@pytest.mark.parametrize(
    ("stated", "done", "accepted", "ceiling", "refused"),
    [
        (True, 10, True, 80, OverContract),
        (True, 100, False, 72, OverStage),
        (True, 45, False, 36, OverStage),
        (True, 10, False, 24, OverStage),
        (True, None, False, 24, OverStage),
        (False, None, False, 72, OverStage),
    ],
)
def test_claiming_again_may_reach_the_contract_once_accepted_and_before_what_is_done_or_the_advance(
    stated: bool, done: int | None, accepted: bool, ceiling: int, refused: type[OverContract | OverStage]
) -> None:
    terms = claim_stages.Terms(20, "0.3", "0.9", stated)
    claim_stages.require_room_again(ceiling - 10, 10, 100, terms, done, accepted=accepted)
    with pytest.raises(refused) as caught:
        claim_stages.require_room_again(ceiling - 9, 10, 100, terms, done, accepted=accepted)
    assert caught.value.facts == {"left_fen": ceiling - 10}


@pytest.mark.parametrize(
    ("window", "levels"), [(100, []), (101, ["county"]), (200, ["county"]), (201, ["county", "superior"])]
)
def test_an_approval_is_needed_above_its_limit_and_not_at_it(window: int, levels: list[str]) -> None:
    assert claim_approvals.needed(window, 100, 200) == levels


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("2025-12", "2025-12-01", "2025-12-31"),
        ("2025", "2025-01-01", "2025-12-31"),
    ],
)
def test_a_period_has_its_calendar_days(period: str, first: str, last: str) -> None:
    assert [day.isoformat() for day in periods.days_of(period)] == [first, last]


@pytest.mark.parametrize("scope", [("341622",), ("341622101",), ("3412",), ()])
def test_nobody_at_or_below_or_beside_a_county_consents_for_it(scope: tuple[str, ...]) -> None:
    with pytest.raises(SuperiorConsents):
        periods.require_superior(scope, "341622")


@pytest.mark.parametrize("scope", [("3416",), ("34",), ("00",), ("341622", "3416")])
def test_every_office_above_a_county_may_consent(scope: tuple[str, ...]) -> None:
    periods.require_superior(scope, "341622")
