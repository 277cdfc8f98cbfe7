"""The invented people of 许疃镇: as many as the town's exit plan names, in its fourteen real villages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from deploy.demonstration import condition, livelihood
from deploy.demonstration.days import age_on, birth_date, school_age
from deploy.demonstration.household import HEAD, SPOUSE, Household, Person
from deploy.demonstration.identifiers import NumberIssuer
from deploy.demonstration.kinship import Relative, relatives
from deploy.demonstration.livelihood import Circumstances
from deploy.demonstration.names import DOTTED, HUI_SURNAMES, full_name
from deploy.demonstration.shapes import SIZES
from deploy.demonstration.tables import VillageSeed, read_anhui_counties, read_villages

__all__ = ["COUNTY", "PEOPLE", "SEED", "Household", "Person", "generate"]

COUNTY = "341622"
PEOPLE = 3627
SEED = 341622106
HUI_HOUSEHOLDS = 4
BANKS = (
    ("安徽蒙城农村商业银行许疃支行", 60),
    ("中国邮政储蓄银行蒙城县支行", 25),
    ("中国农业银行蒙城县支行", 15),
)


@dataclass(frozen=True, slots=True)
class Plot:
    """A household before it is filled: where it lives, how many it counts, which draws make it."""

    village: VillageSeed
    group: int
    size: int
    seed: int
    clan: str
    ethnicity: str


class Census:
    """One run of the generator: the day, the numbers given out, the counties that brides come from."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.numbers = NumberIssuer()
        self.counties = [county.code for county in read_anhui_counties()]

    def household(self, serial: str, plot: Plot) -> Household:
        """Everything about one household, drawn from its own seed."""
        rng = Random(plot.seed)
        members = self.members(rng, plot)
        facts = [
            Circumstances(relative.age, person.schooling, person.education, person.health, person.labour)
            for person, relative in members
        ]
        attribute = livelihood.attribute(rng, facts)
        main, others = livelihood.causes(rng, facts)
        income = livelihood.income(rng, attribute, facts)
        return Household(
            serial=serial,
            village_code=plot.village.code,
            group=f"{plot.group}组",
            standard="国家标准" if rng.random() < 0.96 else "省定标准",
            attribute=attribute,
            main_cause=main,
            other_causes=others,
            housing_grade=livelihood.housing(rng),
            safe_water=rng.random() < 0.97,
            electricity=rng.random() < 0.998,
            wage_income_fen=income.wage_fen,
            business_income_fen=income.business_fen,
            property_income_fen=income.property_fen,
            transfer_income_fen=income.transfer_fen,
            business_cost_fen=income.business_cost_fen,
            bank_name=rng.choices([name for name, _ in BANKS], [weight for _, weight in BANKS])[0],
            bank_account=self.numbers.account(rng),
            members=tuple(
                replace(person, away_months=months)
                for (person, _), months in zip(members, income.away_months, strict=True)
            ),
            as_of=self.today,
        )

    def members(self, rng: Random, plot: Plot) -> list[tuple[Person, Relative]]:
        """The people of a household, months away still open, each with the relative it was made from."""
        taken: set[str] = set()
        return [
            (self.person(rng, relative, plot.ethnicity, taken), relative)
            for relative in relatives(rng, plot.clan, plot.size)
        ]

    def person(self, rng: Random, relative: Relative, ethnicity: str, taken: set[str]) -> Person:
        """One person who fits the relative's sex, age and place in the family."""
        age, male = relative.age, relative.male
        birth = birth_date(rng, self.today, age)
        education, schooling = condition.schooling(rng, age, school_age(birth, self.today))
        pupil = schooling is not None
        studied = education in condition.COLLEGE or (pupil and age >= 18)
        health = condition.health(rng, age, studied=studied)
        place = rng.choice(self.counties) if relative.married_in and rng.random() < 0.3 else COUNTY
        return Person(
            name=full_name(rng, relative.surname, age, taken, male=male),
            identity_number=self.numbers.identity(rng, place, birth, male=male),
            relation=relative.relation,
            ethnicity=ethnicity,
            education=education,
            schooling=schooling,
            health=health,
            labour=condition.labour(rng, age, health, pupil=pupil),
            politics=condition.politics(rng, age, pupil=pupil),
            medical_insurance=rng.random() < 0.988,
            pension_insurance=age >= 16 and not pupil and rng.random() < 0.95,
            away_months=0,
            phone=self.numbers.phone(rng) if relative.relation == HEAD else None,
        )


def generate(today: date, seed: int = SEED) -> list[Household]:
    """All households in order of village and group; the same day and seed always give the same ones.

    Ages are counted back from `today`, so that pupils stay pupils whenever the demonstration is set up.
    """
    rng = Random(seed)
    plots = _plots(rng)
    census = Census(today)
    households = [census.household(f"{number:04d}", plot) for number, plot in enumerate(plots, start=1)]
    return _with_brides_from_afar(rng, households, today)


def _plots(rng: Random) -> list[Plot]:
    """Household sizes that add up to everybody, spread over villages and groups."""
    villages = read_villages()
    sizes: list[int] = []
    while (left := PEOPLE - sum(sizes)) > max(SIZES):
        sizes.append(rng.choices(list(SIZES), list(SIZES.values()))[0])
    sizes.append(left)
    hui = set(rng.sample(range(len(sizes)), HUI_HOUSEHOLDS))
    plots = []
    for number, size in enumerate(sizes):
        village = rng.choices(villages, [each.weight for each in villages])[0]
        clan = rng.choice(HUI_SURNAMES if number in hui else village.surnames)
        group, draws = rng.randint(1, village.groups), rng.getrandbits(64)
        plots.append(Plot(village, group, size, draws, clan, "回族" if number in hui else "汉族"))
    return sorted(plots, key=lambda plot: (plot.village.code, plot.group))


def _with_brides_from_afar(rng: Random, households: Sequence[Household], today: date) -> list[Household]:
    """Some young wives come from peoples whose names carry a middle dot."""
    changed = list(households)
    wives = [
        (place, member)
        for place, household in enumerate(changed)
        for member, person in enumerate(household.members)
        if person.relation in (SPOUSE, "之儿媳") and not person.male and person.ethnicity == "汉族"
        if age_on(person.birth_date, today) <= 45
    ]
    for (place, member), (name, ethnicity) in zip(rng.sample(wives, len(DOTTED)), DOTTED, strict=True):
        people = list(changed[place].members)
        people[member] = replace(people[member], name=name, ethnicity=ethnicity)
        changed[place] = replace(changed[place], members=tuple(people))
    return changed
