"""The rules the register will hold the invented people to, read from the finished households alone."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from itertools import pairwise

from stdnum import luhn
from stdnum.cn import ric

from deploy.demonstration.household import Household, Person
from deploy.demonstration.people import generate
from deploy.demonstration.tables import read_anhui_counties, read_exit_plan, read_mengcheng_divisions

Town = tuple[Household, ...]

MEN = {
    "之子", "之女婿", "之孙子", "之外孙子", "之父", "之岳父", "之公公", "之祖父", "之外祖父", "之曾孙子",
    "之侄儿", "之叔伯",
}  # fmt: skip
WOMEN = {
    "之女", "之儿媳", "之孙女", "之外孙女", "之母", "之岳母", "之婆婆", "之祖母", "之外祖母", "之曾孙女",
    "之侄女", "之兄弟媳妇",
}  # fmt: skip
EITHER = {"户主", "配偶", "之兄弟姐妹"}
EDUCATION = {"文盲或半文盲", "小学", "初中", "高中", "大专", "本科及以上"}
CLASS_AGES = {
    "学龄前儿童": (0, 6), "学前教育": (0, 6), "小学": (6, 14),
    **{f"{year}年级": (12, 17) for year in "七八九"},
    **{f"{track}{year}年级": (15, 20) for track in ("普通高中", "中职") for year in "一二三"},
    **{f"高职高专{year}年级": (18, 99) for year in "一二三"},
    **{f"技师学院{year}年级": (18, 99) for year in "一二三四"},
    **{f"本科{year}年级": (18, 99) for year in "一二三四五"},
    "硕士研究生及以上": (20, 99),
}  # fmt: skip
COMPULSORY = {"小学", "七年级", "八年级", "九年级"}
LABOUR = {"普通劳动力", "技能劳动力", "弱劳动力或半劳动力", "丧失劳动力", "无劳动力"}
ABLE = {"普通劳动力", "技能劳动力"}
HEALTH = {("健康",), ("长期慢性病",), ("患有大病",), ("残疾",), ("残疾", "长期慢性病"), ("残疾", "患有大病")}
POLITICS = {"中共党员", "中共预备党员", "共青团员", "群众"}
CAUSES = {
    "因病", "因残", "因学", "因灾", "缺土地", "缺水", "缺技术", "缺劳力", "缺资金",
    "交通条件落后", "自身发展动力不足", "其他",
}  # fmt: skip
# generations above (+) and below (-) the head, for kin whose ages must be a generation apart
IN_LAW = {"之岳父", "之岳母", "之儿媳", "之女婿"}
GENERATIONS = {
    "之父": 1, "之母": 1, "之公公": 1, "之婆婆": 1, "之岳父": 1, "之岳母": 1,
    "之祖父": 2, "之祖母": 2, "之外祖母": 2,
    "之子": -1, "之女": -1, "之儿媳": -1, "之女婿": -1,
    "之孙子": -2, "之孙女": -2, "之外孙子": -2, "之外孙女": -2, "之曾孙子": -3, "之曾孙女": -3,
}  # fmt: skip


def age(person: Person, day: date) -> int:
    born = person.birth_date
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def everybody(town: Town) -> list[Person]:
    return [person for household in town for person in household.members]


def pupil(person: Person) -> bool:
    return person.schooling is not None and person.schooling not in ("学龄前儿童", "学前教育")


def test_the_town_has_as_many_poor_people_as_its_exit_plan(town: Town) -> None:
    assert len(everybody(town)) == 3627 == sum(step.people_out for step in read_exit_plan())
    assert {len(household.members) for household in town} == set(range(1, 8))
    assert 2.8 < 3627 / len(town) < 3.3


def test_the_households_live_in_all_fourteen_villages(town: Town) -> None:
    villages = {d.code for d in read_mengcheng_divisions() if d.parent_code == "341622106"}
    assert len(villages) == 14
    assert {household.village_code for household in town} == villages
    assert [household.serial for household in town] == [f"{n:04d}" for n in range(1, len(town) + 1)]
    assert all(re.fullmatch(r"[1-9]\d?组", household.group) for household in town)


def test_the_same_day_and_seed_give_the_same_town(leap_town: Town, leap_town_again: Town) -> None:
    assert leap_town is not leap_town_again
    assert leap_town == leap_town_again


def test_identity_numbers_are_unique_and_pass_the_check_digit(town: Town) -> None:
    numbers = [person.identity_number for person in everybody(town)]
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        assert re.fullmatch(r"\d{17}[\dX]", number)
        assert number[-1] == ric.calc_check_digit(number)


def test_most_identity_numbers_are_of_the_county_and_the_rest_of_married_in_neighbours(town: Town) -> None:
    neighbours = {county.code for county in read_anhui_counties()}
    away = [person for person in everybody(town) if not person.identity_number.startswith("341622")]
    assert 100 < len(away) < 700
    assert all(person.identity_number[:6] in neighbours for person in away)
    born_here = {"之子", "之女", "之孙子", "之孙女", "之侄儿", "之侄女", "之曾孙子", "之曾孙女"}
    assert not [person for person in away if person.relation in born_here]


def test_nobody_is_unborn_or_impossibly_old(town: Town, day: date) -> None:
    ages = [age(person, day) for person in everybody(town)]
    assert min(ages) == 0
    assert 80 < max(ages) < 105
    assert all(person.birth_date <= day for person in everybody(town))


def test_each_household_has_one_head_and_at_most_one_spouse_of_the_other_sex(town: Town, day: date) -> None:
    for household in town:
        relations = Counter(person.relation for person in household.members)
        assert relations["户主"] == 1
        assert household.head.relation == "户主"
        assert age(household.head, day) >= 18
        assert relations["配偶"] <= 1
        spouses = [person for person in household.members if person.relation == "配偶"]
        assert all(spouse.male != household.head.male for spouse in spouses)


def test_relation_and_sex_agree(town: Town) -> None:
    for person in everybody(town):
        assert person.relation in MEN | WOMEN | EITHER
        assert person.male or person.relation not in MEN
        assert not (person.male and person.relation in WOMEN)
        assert person.male == (int(person.identity_number[16]) % 2 == 1)


def test_a_parent_in_law_stands_only_with_a_head_of_the_right_sex(town: Town) -> None:
    for household in town:
        relations = {person.relation for person in household.members}
        assert household.head.male or not relations & {"之岳父", "之岳母"}
        assert not household.head.male or not relations & {"之公公", "之婆婆"}


def test_generations_lie_far_enough_apart(town: Town, day: date) -> None:
    for household in town:
        head = age(household.head, day)
        for person in household.members:
            if steps := GENERATIONS.get(person.relation):
                apart = (age(person, day) - head) * (1 if steps > 0 else -1)
                assert apart >= 18 * abs(steps) - (5 if person.relation in IN_LAW else 0)


def test_brothers_and_sisters_at_home_are_born_at_least_nine_months_apart(town: Town) -> None:
    for household in town:
        for relations in (("之子", "之女"), ("之孙子", "之孙女"), ("之外孙子", "之外孙女")):
            births = sorted(p.birth_date for p in household.members if p.relation in relations)
            assert all((later - earlier).days >= 270 for earlier, later in pairwise(births))


def test_mothers_at_home_were_between_eighteen_and_forty_four(town: Town) -> None:
    for household in town:
        couple = [p for p in household.members if p.relation in ("户主", "配偶")]
        mother = next((p for p in couple if not p.male), None)
        children = [p for p in household.members if p.relation in ("之子", "之女")]
        assert all(18 * 365 < (c.birth_date - mother.birth_date).days < 44 * 366 for c in children if mother)


def test_children_bear_the_name_of_the_father_or_the_male_line(town: Town) -> None:
    for household in town:
        couple = [person for person in household.members if person.relation in ("户主", "配偶")]
        father = next((person for person in couple if person.male), None)
        line = ("之子", "之女", "之孙子", "之孙女")
        surnames = {person.name[0] for person in household.members if person.relation in line}
        assert len(surnames) <= 1
        assert not father or surnames <= {father.name[0]}


def test_names_are_two_or_three_characters_or_carry_the_middle_dot(town: Town) -> None:
    dotted = [person for person in everybody(town) if "·" in person.name]
    assert 3 <= len(dotted) <= 8
    assert all(person.ethnicity not in ("汉族", "回族") for person in dotted)
    assert all(re.fullmatch(r"[\u4e00-\u9fff]{2,3}", p.name) for p in everybody(town) if "·" not in p.name)
    hui = [household for household in town if household.head.ethnicity == "回族"]
    assert 2 <= len(hui) <= 6
    assert all(len({p.name for p in household.members}) == len(household.members) for household in town)


def test_exactly_one_of_education_and_schooling_is_filled_and_fits_the_age(town: Town, day: date) -> None:
    for person in everybody(town):
        assert (person.education is None) != (person.schooling is None)
        years = age(person, day)
        if person.schooling:
            youngest, oldest = CLASS_AGES[person.schooling]
            assert youngest <= years <= oldest
        else:
            assert person.education in EDUCATION
            assert years >= 16
            assert years > 22 or person.education not in ("文盲或半文盲", "小学")
        if 7 <= years < 15:
            assert person.schooling in COMPULSORY


def test_health_labour_and_politics_fit_the_age(town: Town, day: date) -> None:
    for person in everybody(town):
        years = age(person, day)
        assert person.health in HEALTH
        assert person.labour in LABOUR
        assert person.politics in POLITICS
        if years < 16 or pupil(person):
            assert person.labour == "无劳动力"
        elif years < 60 and person.health == ("健康",):
            assert person.labour in ABLE
        else:
            assert person.labour not in ABLE
        assert person.politics != "共青团员" or 14 <= years <= 28
        assert years >= 18 or "党员" not in person.politics


def test_only_able_people_work_away_and_never_more_than_eleven_months(town: Town) -> None:
    assert all(0 <= person.away_months <= 11 for person in everybody(town))
    assert all(person.labour in ABLE for person in everybody(town) if person.away_months)
    trained = ("技能劳动力", "大专", "本科及以上")
    assert all(p.away_months for p in everybody(town) if p.labour in trained or p.education in trained)
    destitute = [household for household in town if household.attribute == "特困供养贫困户"]
    assert not [person for person in everybody(tuple(destitute)) if person.away_months]


def test_telephones_are_mobile_numbers_and_the_head_alone_has_one(town: Town) -> None:
    phones = [person.phone for person in everybody(town) if person.phone]
    assert len(set(phones)) == len(phones)
    assert all(re.fullmatch(r"1[3-9]\d{9}", phone) for phone in phones)
    assert all(household.head.phone for household in town)
    assert not [person for household in town for person in household.members[1:] if person.phone]


def test_accounts_are_nineteen_digits_with_a_valid_last_one(town: Town) -> None:
    accounts = [household.bank_account for household in town]
    assert len(set(accounts)) == len(accounts)
    assert all(re.fullmatch(r"62\d{17}", account) and luhn.is_valid(account) for account in accounts)
    assert all(household.bank_name for household in town)


def test_every_cause_is_borne_out_by_a_member(town: Town) -> None:
    for household in town:
        named = [household.main_cause, *household.other_causes]
        assert len(household.other_causes) <= 2
        assert len(set(named)) == len(named)
        assert set(named) <= CAUSES
        states = {state for person in household.members for state in person.health}
        able = [person for person in household.members if person.labour in ABLE]
        assert "因病" not in named or states & {"长期慢性病", "患有大病"}
        assert "因残" not in named or "残疾" in states
        assert "因学" not in named or any(pupil(person) for person in household.members)
        assert "缺劳力" not in named or 4 * len(able) <= len(household.members)
        assert able or not {"缺技术", "缺资金", "自身发展动力不足"} & set(named)
    main = {household.main_cause for household in town}
    assert {"因病", "因残", "因学", "缺劳力", "缺技术", "缺资金"} <= main


def test_households_without_labour_are_never_ordinary_ones(town: Town, day: date) -> None:
    kinds = Counter(household.attribute for household in town)
    assert set(kinds) == {"一般贫困户", "低保贫困户", "特困供养贫困户"}
    for household in town:
        if all(person.labour in ("无劳动力", "丧失劳动力") for person in household.members):
            assert household.attribute != "一般贫困户"
        if household.attribute == "特困供养贫困户":
            assert len(household.members) <= 2
            assert all(age(p, day) >= 60 or p.labour == "丧失劳动力" for p in household.members)


def test_the_official_income_per_head_is_that_of_a_poor_household(town: Town) -> None:
    for household in town:
        parts = (
            household.wage_income_fen,
            household.business_income_fen,
            household.property_income_fen,
            household.transfer_income_fen,
            household.business_cost_fen,
        )
        assert min(parts) >= 0
        net = sum(parts[:4]) - parts[4]
        assert 150_000 * len(household.members) <= net <= 390_000 * len(household.members)
        assert household.net_income_per_head_fen * len(household.members) == net
        assert household.business_cost_fen <= household.business_income_fen
        months = sum(person.away_months for person in household.members)
        assert (household.wage_income_fen > 0) == (months > 0)
        assert household.wage_income_fen >= months * 40_000
        if household.attribute != "一般贫困户":
            assert household.transfer_income_fen > 0


def test_some_houses_and_wells_are_unsafe_but_not_many(town: Town) -> None:
    grades = Counter(household.housing_grade for household in town)
    assert set(grades) == set("ABCD")
    assert 0.03 < (grades["C"] + grades["D"]) / len(town) < 0.2
    assert 0 < sum(not household.safe_water for household in town) < len(town) * 0.1


def test_another_seed_gives_another_town_that_is_as_sound(leap_town: Town) -> None:
    day = date(2026, 9, 1)
    town = tuple(generate(day, seed=77))
    people = everybody(town)
    assert len({person.name for person in people} ^ {person.name for person in everybody(leap_town)}) > 1000
    assert len(people) == 3627
    assert len({person.identity_number for person in people}) == 3627
    test_exactly_one_of_education_and_schooling_is_filled_and_fits_the_age(town, day)
    test_health_labour_and_politics_fit_the_age(town, day)
    test_the_official_income_per_head_is_that_of_a_poor_household(town)
    test_generations_lie_far_enough_apart(town, day)
