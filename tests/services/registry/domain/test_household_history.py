"""What was true on a day, as known on a day: against a model that looks at every version anew."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.registry.domain import household_history as history
from services.registry.domain.household_history import Fact, Version

FIRST = date(2026, 1, 1)
NAMES = ("housing_level", "safe_water")
PEOPLE = ("a", "b", "c")


def day(number: int) -> date:
    return FIRST + timedelta(days=number)


def content(values: dict[str, Any], people: dict[str, dict[str, Any]]) -> dict[str, Any]:
    stated = {name: value for name, value in values.items() if value is not None}
    return stated | {
        "village_code": "341622101200",
        "members": [{"id": key, **person} for key, person in people.items()],
    }


def person(name: str = "张三", relation: str = "head", active: bool = True) -> dict[str, Any]:
    return {"name": name, "relation": relation, "active": active}


people = st.dictionaries(
    st.sampled_from(PEOPLE),
    st.builds(person, st.sampled_from(["张三", "李四"]), st.sampled_from(["head", "son"]), st.booleans()),
    max_size=3,
)
values = st.fixed_dictionaries({name: st.sampled_from([None, 1, 2]) for name in NAMES})


@st.composite
def files(draw: st.DrawFn) -> list[Version]:
    """The versions of a file: recorded in their order, true from any day."""
    recorded = sorted(draw(st.lists(st.integers(0, 8), min_size=1, max_size=6)))
    return [
        Version(
            number, day(on), day(draw(st.integers(0, on))), draw(st.sampled_from(["draft", "registered"])),
            content(draw(values), draw(people)),
        )
        for number, on in enumerate(recorded, 1)
    ]  # fmt: skip


def value_in(version: Version | None, fact: Fact) -> Any:
    """The value of a fact in one version, looked up by hand."""
    if version is None:
        return None
    if fact == Fact("", "status"):
        return version.status
    if not fact.member:
        return version.content.get(fact.name)
    found = [one for one in version.content["members"] if one["id"] == fact.member]
    if not found:
        return None
    return True if fact.name == "present" else found[0].get(fact.name)


def model(versions: list[Version], fact: Fact, known_on: date, true_on: date) -> Any:
    """The sentence of the rule, word by word: go back from the last version known to the one that stated the fact."""
    known = [version for version in versions if version.recorded_on <= known_on]
    for index in reversed(range(len(known))):
        before = known[index - 1] if index else None
        stated = value_in(known[index], fact) != value_in(before, fact)
        if stated and known[index].true_from <= true_on:
            return value_in(known[index], fact)
    return None


calmly = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""No limits of time: the machine may be busy."""

FACTS = [
    Fact("", "status"),
    *(Fact("", name) for name in NAMES),
    *(Fact(key, name) for key in PEOPLE for name in ("present", "name", "relation", "active")),
]


@calmly
@given(files(), st.integers(-1, 9), st.integers(-1, 9))
def test_a_fact_is_what_the_last_recorded_of_the_versions_true_by_then_stated(
    versions: list[Version], known: int, true: int
) -> None:
    standing = history.standing(versions, day(known), day(true))
    for fact in FACTS:
        found = standing.get(fact)
        assert (None if found is None else found.value) == model(versions, fact, day(known), day(true)), fact


@calmly
@given(files(), st.integers(-1, 9), st.integers(-1, 9))
def test_a_file_of_a_day_is_made_of_its_standing_facts_and_nothing_else(
    versions: list[Version], known: int, true: int
) -> None:
    standing = history.standing(versions, day(known), day(true))
    made = history.whole(standing, history.order_of(versions))
    if None in (model(versions, Fact("", name), day(known), day(true)) for name in ("status", "village_code")):
        assert made is None
        return
    assert made is not None
    status, found = made
    assert status == model(versions, Fact("", "status"), day(known), day(true))
    for name in NAMES:
        assert found.get(name) == model(versions, Fact("", name), day(known), day(true))
    here = {key for key in PEOPLE if model(versions, Fact(key, "present"), day(known), day(true))}
    assert {one["id"] for one in found["members"]} == here
    for one in found["members"]:
        assert all(one.get(name) == model(versions, Fact(one["id"], name), day(known), day(true))
                   for name in ("name", "relation", "active"))  # fmt: skip
    assert found["member_count"] == sum(one["active"] for one in found["members"])


@calmly
@given(files())
def test_what_is_learned_later_never_changes_what_was_known_before(versions: list[Version]) -> None:
    last = versions[-1]
    for known in range(9):
        if day(known) < last.recorded_on:
            for true in range(9):
                assert history.standing(versions, day(known), day(true)) == history.standing(
                    versions[:-1], day(known), day(true)
                )


def test_a_fact_learned_late_is_true_since_its_day_and_known_since_its_recording() -> None:
    versions = [
        Version(1, day(0), day(0), "draft", content({"housing_level": 1}, {"a": person()})),
        Version(2, day(5), day(2), "draft", content({"housing_level": 2}, {"a": person()})),
    ]
    level = Fact("", "housing_level")
    assert [history.standing(versions, day(5), day(true))[level].value for true in (1, 2, 5)] == [1, 2, 2]
    assert [history.standing(versions, day(4), day(true))[level].value for true in (1, 2, 5)] == [1, 1, 1]
    one = history.standing(versions, day(5), day(5))[level]
    assert (one.true_from, one.recorded_on, one.version) == (day(2), day(5), 2)
    assert history.whole(history.standing(versions, day(5), day(-1)), ["a"]) is None


def test_somebody_who_came_later_is_not_yet_in_the_file_of_an_earlier_day() -> None:
    versions = [
        Version(1, day(0), day(0), "draft", content({}, {"a": person()})),
        Version(2, day(4), day(3), "draft", content({}, {"b": person("李四", "son"), "a": person()})),
    ]
    order = history.order_of(versions)
    before = history.whole(history.standing(versions, day(4), day(2)), order)
    after = history.whole(history.standing(versions, day(4), day(3)), order)
    assert before is not None
    assert after is not None
    assert [one["id"] for one in before[1]["members"]] == ["a"]
    assert [one["id"] for one in after[1]["members"]] == ["b", "a"]
    assert (before[1]["member_count"], after[1]["member_count"], after[1]["head_name"]) == (1, 2, "张三")


def test_an_income_stated_late_is_stated_whole_though_only_one_amount_differs_from_what_was_stated_between() -> None:
    earned, later, late = (
        {"wage_fen": wage, "business_fen": 0, "property_fen": 0, "transfer_fen": grant, "business_cost_fen": 0}
        for wage, grant in ((100, 10), (100, 70), (300, 70))
    )
    versions = [
        Version(1, day(0), day(0), "draft", content({"housing_level": 1}, {"a": person()})),
        Version(2, day(3), day(3), "draft", content({"housing_level": 2} | later, {"a": person()})),
        Version(3, day(4), day(1), "draft", content({"housing_level": 2} | late, {"a": person()})),
    ]
    made = history.whole(history.standing(versions, day(4), day(2)), ["a"])
    assert made is not None
    assert {name: made[1].get(name) for name in late} == late
    assert made[1]["housing_level"] == 1
    versions[0] = Version(1, day(0), day(0), "draft", content({"housing_level": 1} | earned, {"a": person()}))
    standing = history.standing(versions, day(4), day(2))
    assert {name: standing[Fact("", name)].value for name in late} == late
    assert standing[Fact("", "business_fen")].version == 1


def test_who_had_left_by_another_day_than_was_stated_first_has_left_on_it() -> None:
    gone = person(active=False) | {"departure": "death", "departed_on": "2026-01-04"}
    versions = [
        Version(1, day(0), day(0), "draft", content({}, {"a": person()})),
        Version(2, day(4), day(3), "draft", content({}, {"a": gone})),
        Version(3, day(5), day(1), "draft", content({}, {"a": gone | {"departed_on": "2026-01-02"}})),
    ]
    made = history.whole(history.standing(versions, day(5), day(2)), ["a"])
    assert made is not None
    assert made[1]["members"] == [{"id": "a"} | gone | {"departed_on": "2026-01-02"}]
