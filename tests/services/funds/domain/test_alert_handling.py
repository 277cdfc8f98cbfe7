"""Chains whose steps are their own offices' and persons'."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.funds.domain import alert_handling as handling
from services.funds.domain.alert_handling import Done, Hand, Standing
from services.funds.domain.refusals import alerts as refusals
from services.funds.domain.refusals.spending import SamePerson
from tests.services.funds.domain.alert_facts import CHAINS, COUNTY


def at(step: str, **changes: Any) -> Standing:
    whole: dict[str, Any] = {"state": "open", "colour": "red", "round": 1, "step": step, "office": "341622-transport",
             "book_code": COUNTY}  # fmt: skip
    return Standing(**(whole | changes))


UNIT = Hand("u", "341622-transport", "transport", "county")
AID, FINANCE = Hand("a", "341622-aid", "aid", "county"), Hand("f", "341622-finance", "finance", "county")


def test_the_chain_goes_reply_two_reviews_two_reviews_conclusion() -> None:
    chain, done, seen = CHAINS["standard"], [Done(1, "reply", "u")], []
    state = at(handling.reply(chain, at("reply"), UNIT, with_paper=True).step)
    for person, hand in (("a", AID), ("b", AID), ("f", FINANCE), ("g", FINANCE)):
        seen.append(state.step)
        following = handling.review(chain, state, done, replace(hand, person=person), "passed")
        done.append(Done(1, state.step, person))
        state = at(following.step)
    assert seen == ["department_first", "department_second", "finance_first", "finance_second"]
    ended = handling.conclude(chain, state, done, replace(FINANCE, person="g"), "normal")
    assert ended.closed_why == "normal"
    assert handling.conclude(chain, state, done, replace(FINANCE, person="g"), "violation") == handling.Next(2, "reply")


@pytest.mark.parametrize(
    ("step", "hand", "person", "refusal"),
    [
        ("department_first", AID, "u", SamePerson),
        ("department_second", AID, "a", SamePerson),
        ("finance_second", FINANCE, "f", SamePerson),
        ("department_first", FINANCE, "x", refusals.AlertReviewNotYours),
        ("finance_first", AID, "x", refusals.AlertReviewNotYours),
        ("finance_first", replace(FINANCE, level="township"), "x", refusals.AlertReviewNotYours),
        ("reply", AID, "x", refusals.AlertStepNotDue),
        ("conclusion", FINANCE, "x", refusals.AlertStepNotDue),
    ],
)
def test_a_review_is_of_its_sector_and_another_person(
    step: str, hand: Hand, person: str, refusal: type[Exception]
) -> None:
    done = [Done(1, "reply", "u"), Done(1, "department_first", "a"), Done(1, "finance_first", "f")]
    with pytest.raises(refusal):
        handling.review(CHAINS["standard"], at(step), done, replace(hand, person=person), "passed")


def test_who_reviewed_an_earlier_round_may_review_the_next() -> None:
    done = [Done(1, "reply", "u"), Done(1, "department_first", "a")]
    again = handling.review(CHAINS["standard"], at("department_first", round=2), done, AID, "passed")
    assert again.step == "department_second"
    assert handling.review(
        CHAINS["standard"], at("department_second"), done, replace(AID, person="b"), "sent_back"
    ) == (handling.Next(2, "reply"))


def test_finances_own_delay_is_reviewed_by_the_finance_above_as_far_as_there_is_one() -> None:
    chain = CHAINS["finance_answers"]
    with pytest.raises(refusals.AlertReviewNotYours):
        handling.review(chain, at("finance_first"), [], FINANCE, "passed")
    assert handling.review(chain, at("finance_first"), [], replace(FINANCE, level="city"), "passed")
    province = replace(FINANCE, level="province")
    assert handling.review(chain, at("finance_first", book_code="34"), [], province, "passed")


@pytest.mark.parametrize(("step", "hand"), [("department_first", AID), ("finance_second", FINANCE)])
def test_no_office_reviews_or_judges_its_own_reply_but_one_above_does(step: str, hand: Hand) -> None:
    chain, own = CHAINS["standard"], at(step, office=hand.office)
    with pytest.raises(refusals.AlertOwnReply):
        handling.review(chain, own, [Done(1, "reply", "u")], hand, "passed")
    above = replace(hand, office=f"3416-{hand.sector}", level="city")
    assert handling.review(chain, own, [Done(1, "reply", "u")], above, "passed").round == 1
    with pytest.raises(refusals.AlertOwnReply):
        handling.conclude(chain, at("conclusion", office=FINANCE.office), [], FINANCE, "normal")


def test_above_a_province_nobody_reviews_so_other_persons_of_the_office_do() -> None:
    own, hand = at("department_first", office="34-aid", book_code="34"), Hand("b", "34-aid", "aid", "province")
    assert handling.review(CHAINS["standard"], own, [Done(1, "reply", "u")], hand, "passed").round == 1
    with pytest.raises(SamePerson):
        handling.review(CHAINS["standard"], own, [Done(1, "reply", "b")], hand, "passed")


def test_a_reply_is_the_offices_and_brings_a_paper_for_red_and_orange() -> None:
    chain = CHAINS["standard"]
    with pytest.raises(refusals.AlertNotYours):
        handling.reply(chain, at("reply"), AID, with_paper=True)
    for colour in ("red", "orange"):
        with pytest.raises(refusals.AlertPaperMissing):
            handling.reply(chain, at("reply", colour=colour), UNIT, with_paper=False)
    assert handling.reply(chain, at("reply", colour="yellow"), UNIT, with_paper=False).step == "department_first"


def test_no_conclusion_before_the_reviews_none_lifts_grey_and_none_after_the_end() -> None:
    chain = CHAINS["standard"]
    for step in ("reply", "department_first", "finance_second"):
        with pytest.raises(refusals.AlertNotReviewed):
            handling.conclude(chain, at(step), [], FINANCE, "normal")
    for outcome in ("normal", "corrected"):
        with pytest.raises(refusals.AlertStands):
            handling.conclude(chain, at("conclusion", colour="grey"), [], FINANCE, outcome)
    assert handling.conclude(chain, at("conclusion", colour="grey"), [], FINANCE, "violation").round == 2
    with pytest.raises(refusals.AlertClosed):
        handling.conclude(chain, at("conclusion", state="closed"), [], FINANCE, "normal")


@pytest.mark.parametrize(("outcome", "accepted"), [("normal", (99, None)), ("normal", (None, 9)), ("doubt", (100, 10))])
def test_normal_is_judged_for_no_less_than_stands(outcome: str, accepted: tuple[int | None, int | None]) -> None:
    with pytest.raises(refusals.AlertAcceptedTooLow):
        handling.require_accepted(outcome, (100, 10), accepted)
    handling.require_accepted("normal", (100, 10), (100, None))


def test_words_hold_no_numbers_of_people() -> None:
    handling.require_impersonal("/words", "见皖财预〔2025〕123号,20251120 金额1234567890分")
    for number in ("34162219900101001X", "138-0013-8000"):
        with pytest.raises(refusals.AlertTextPersonal):
            handling.require_impersonal("/words", f"联系{number}。")
