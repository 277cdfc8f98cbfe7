"""Alerts: one open per cause whatever happens, colours that bar, chains whose steps are their own persons'."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain import alert_handling as handling
from services.funds.domain import alert_rules
from services.funds.domain.alert_causes import LOOKS, Facts, Thing, Year, causes_of
from services.funds.domain.alert_handling import Done, Hand, Standing, Step
from services.funds.domain.alert_rules import Rule, in_force, require_no_softer, require_threshold
from services.funds.domain.alerts import SEVERITY, Barrier, Cause, Judged, Open, plan, require_clear
from services.funds.domain.delays import RESPONSIBLE, Waiting
from services.funds.domain.parameters import Parameters, Value
from services.funds.domain.progress import Rule as Measure
from services.funds.domain.progress import Totals
from services.funds.domain.refusals import alerts as refusals
from services.funds.domain.refusals.spending import SamePerson

DATA = Path(alert_rules.__file__).resolve().parents[1] / "data"
COUNTY = "341622"
TODAY = date(2025, 11, 20)


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rule_of(row: dict[str, str]) -> Rule:
    changed: dict[str, Any] = dict(row)
    changed["valid_from"], changed["valid_to"] = date.fromisoformat(row["valid_from"]), None
    changed["again_after_days"] = int(row["again_after_days"])
    return Rule(**changed)


RULES = {row["code"]: rule_of(row) for row in rows("alert_rules")}
CHAINS: dict[str, list[Step]] = {}
for line in rows("alert_steps"):
    CHAINS.setdefault(line["chain"], []).append(
        Step(
            int(line["number"]), line["code"], line["kind"], line["sector"], line["level"],
            int(line["deadline_days"]), tuple(part for part in line["other_than"].split("|") if part),
        )
    )  # fmt: skip
VALUES = Parameters(
    [
        Value(row["key"], row["division_code"], date.fromisoformat(row["valid_from"]), None, row["value"],
              row["unit"], row["source"])
        for row in rows("parameters")
    ],
    COUNTY,
    TODAY,
)  # fmt: skip
MEASURE = Measure(Fraction(9, 10), date(2025, 12, 31), "day")


def waiting(step: str, days: int, fen: int = 100, **changes: Any) -> Waiting:
    office = f"{COUNTY}-finance" if RESPONSIBLE[step] == "finance" else f"{COUNTY}-transport"
    since = TODAY - timedelta(days=days)
    whole: dict[str, Any] = {"reference": f"{step}:1", "fund_kind": "province_special", "project_code": "P1"}
    return Waiting(step, RESPONSIBLE[step], office, office, COUNTY, fen, since, **(whole | changes))


def facts(*waits: Waiting, totals: Totals | None = None, things: tuple[Thing, ...] = (), **changes: Any) -> Facts:
    due = {item: item.since + timedelta(days=30) for item in waits}
    year = Year(2025, waits, totals or Totals(), MEASURE, due)
    whole: dict[str, Any] = {"as_of": TODAY, "central_kinds": frozenset({"central_special"}), "values": VALUES}
    return Facts(area=COUNTY, years=(year,), things=things, **(whole | changes))


def found(*waits: Waiting, **changes: Any) -> list[str]:
    return sorted(cause.rule for cause in causes_of(RULES.values(), facts(*waits, **changes)))


def test_every_rule_looks_at_something_known_and_has_a_chain_a_colour_and_a_source() -> None:
    assert len(RULES) == len(rows("alert_rules")) >= 20
    for rule in RULES.values():
        assert rule.looks_at in LOOKS
        assert rule.chain in CHAINS
        assert rule.colour in SEVERITY
        assert all((rule.source, rule.label_zh, rule.label_en))
    assert {rule.colour for rule in RULES.values()} == set(SEVERITY)
    for chain in CHAINS.values():
        assert [step.number for step in chain] == list(range(1, len(chain) + 1))
        assert [chain[0].kind, chain[-1].kind] == ["reply", "conclusion"]


@pytest.mark.parametrize(
    ("step", "more", "rule"),
    [
        ("receipt_registration", {}, "unregistered"),
        ("receipt_registration", {"fund_kind": "central_special"}, "central_not_received"),
        ("allocation", {}, "unallocated"),
        ("allocation_decision", {}, "not_passed_on"),
        ("claim_review", {}, "claim_unreviewed"),
        ("payment", {}, "payment_not_ordered"),
        ("bank", {}, "bank_silent"),
        ("retention_release", {}, "retention_overdue"),
        ("works", {}, "project_late"),
    ],
)
def test_money_past_the_clock_of_its_step_is_alerted_and_not_a_day_earlier(
    step: str, more: dict[str, Any], rule: str
) -> None:
    assert found(waiting(step, 30, **more)) == []
    assert found(waiting(step, 31, **more)) == [rule]
    (cause,) = causes_of(RULES.values(), facts(waiting(step, 31, 777, **more)))
    assert (cause.amount_fen, cause.days, cause.threshold, cause.reference) == (777, 31, "30", f"{step}:1")


def test_a_places_own_days_only_shorten_the_clock() -> None:
    own = replace(RULES["claim_unreviewed"], threshold="5")
    assert causes_of([own], facts(waiting("claim_review", 5))) == []
    assert [cause.threshold for cause in causes_of([own], facts(waiting("claim_review", 6)))] == ["5"]
    late = replace(own, threshold="90")
    assert [cause.threshold for cause in causes_of([late], facts(waiting("claim_review", 31)))] == ["30"]


def test_money_of_a_stopped_project_is_red_the_day_after() -> None:
    assert found(waiting("stopped", 0)) == []
    (cause,) = causes_of(RULES.values(), facts(waiting("stopped", 1)))
    assert (cause.rule, cause.colour, cause.side) == ("stopped_money", "red", "project")


def test_above_a_county_money_not_handed_on_is_alerted_as_not_sent_down() -> None:
    item = replace(waiting("allocation", 31), division_code="3416")
    causes = causes_of(RULES.values(), replace(facts(item), area="3416"))
    assert [cause.rule for cause in causes] == ["not_sent_down"]


@pytest.mark.parametrize(
    ("paid", "allocated", "as_of", "rules"),
    [
        (900, 1000, TODAY, []),
        (899, 1000, TODAY, ["below_target"]),
        (899, 929, TODAY, ["below_target", "quota_balance"]),
        (900, 930, TODAY, []),
        (0, 1000, date(2025, 1, 15), []),
        (0, 1000, date(2025, 1, 25), ["behind_pace"]),
        (0, 500, date(2025, 12, 31), ["below_target", "quota_balance"]),
    ],
)
def test_progress_is_alerted_behind_pace_and_below_the_target_only_near_the_cut_off(
    paid: int, allocated: int, as_of: date, rules: list[str]
) -> None:
    totals = Totals(1000, allocated, paid)
    seen = [cause for cause in causes_of(RULES.values(), facts(totals=totals, as_of=as_of)) if cause.amount_fen]
    assert sorted(cause.rule for cause in seen) == rules
    assert {cause.reference for cause in seen} <= {f"area:{COUNTY}:2025"}


def test_nothing_received_is_no_alert_of_progress() -> None:
    assert found(totals=Totals()) == []


@pytest.mark.parametrize(
    ("fund_year", "rules"), [(2025, []), (2024, []), (2023, ["second_year_money"]), (2022, ["reclaim_due"])]
)
def test_money_carried_over_is_warned_of_in_its_second_year_and_barred_after_it(
    fund_year: int, rules: list[str]
) -> None:
    thing = Thing("free_money", "receipt:1", COUNTY, f"{COUNTY}-finance", 5, date(2023, 1, 1), fund_year=fund_year)
    causes = causes_of(RULES.values(), facts(things=(thing,)))
    assert [cause.rule for cause in causes] == rules
    assert all(cause.colour == {"reclaim_due": "red", "second_year_money": "yellow"}[cause.rule] for cause in causes)


@pytest.mark.parametrize(
    ("topic", "occurrences", "rule", "colour"),
    [
        ("forbidden", 1, "forbidden_use", "grey"),
        ("funds.use_forbidden", 1, "forbidden_use_tried", "grey"),
        ("other_than_allocated", 1, "misused_subject", "orange"),
        ("payee_account", 2, "account_refused", "red"),
        ("claim", 1, "payment_refused", "yellow"),
        ("funds.paper_number_used", 3, "paper_reused", "blue"),
        ("stopped", 1, "dead_payee_stopped", "blue"),
        ("paid", 1, "dead_payee_paid", "yellow"),
        ("ungranted", 1, "beneficiaries_missing", "yellow"),
    ],
)
def test_what_is_the_matter_with_a_thing_has_its_colour(topic: str, occurrences: int, rule: str, colour: str) -> None:
    thing = Thing(topic, "claim:1", COUNTY, f"{COUNTY}-transport", 5, date(2025, 1, 1), occurrences)
    (cause,) = causes_of(RULES.values(), facts(things=(thing,)))
    assert (cause.rule, cause.colour, cause.occurrences) == (rule, colour, occurrences)
    assert found(things=(replace(thing, occurrences=0, since=TODAY),)) == []


def test_two_codes_of_refusals_of_one_office_are_one_alert() -> None:
    things = tuple(Thing(code, "office:x", COUNTY, "x", 0, TODAY, 2) for code in RULES["paper_reused"].subjects)
    (cause,) = plan([], {}, causes_of(RULES.values(), facts(things=things))).opened
    assert cause.occurrences == 4


# --- one open alert per cause -----------------------------------------------------------------------------------


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


# --- what bars ----------------------------------------------------------------------------------------------------


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


# --- the chain ----------------------------------------------------------------------------------------------------


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
    for number in ("34162219900101001X", "13800138000", "6222021234567890123"):
        with pytest.raises(refusals.AlertTextPersonal):
            handling.require_impersonal("/words", f"联系{number}。")


# --- rules of a place ---------------------------------------------------------------------------------------------


def test_the_nearest_areas_rule_holds_from_its_day_on() -> None:
    own = replace(RULES["behind_pace"], division_code=COUNTY, valid_from=date(2025, 6, 1), colour="red")
    known = [*RULES.values(), own]
    assert in_force(known, COUNTY, date(2025, 5, 31))["behind_pace"].colour == "yellow"
    assert in_force(known, COUNTY, date(2025, 6, 1))["behind_pace"].colour == "red"
    assert in_force(known, "341621", date(2025, 6, 1))["behind_pace"].colour == "yellow"


@pytest.mark.parametrize(
    ("code", "colour", "threshold", "allowed"),
    [
        ("behind_pace", "yellow", "0.05", True),
        ("behind_pace", "red", "0.01", True),
        ("behind_pace", "blue", "0.05", False),
        ("behind_pace", "yellow", "0.06", False),
        ("below_target", "orange", "0.95", True),
        ("claim_unreviewed", "orange", "3", True),
        ("behind_pace", "grey", "0.05", False),
        ("forbidden_use", "red", "1", False),
    ],
)
def test_a_place_is_stricter_never_softer(code: str, colour: str, threshold: str, allowed: bool) -> None:
    rule = RULES[code]
    require_threshold(rule, threshold)
    if allowed:
        require_no_softer(rule, colour, threshold, rule.threshold)
        return
    with pytest.raises(refusals.AlertRuleSofter):
        require_no_softer(rule, colour, threshold, rule.threshold)


@pytest.mark.parametrize(
    ("code", "threshold"), [("behind_pace", "1.5"), ("claim_unreviewed", "0.5"), ("reclaim_due", "")]
)
def test_a_threshold_is_a_number_of_its_unit(code: str, threshold: str) -> None:
    with pytest.raises(refusals.AlertThresholdWrong):
        require_threshold(RULES[code], threshold)
