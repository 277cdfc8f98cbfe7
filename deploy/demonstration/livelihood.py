"""What a household lives on and why it is poor: attribute, causes, months away, income. Shares are invented.

Causes are those of the 2014 form that the members bear out; one main cause, at most two others. Incomes add
up to an official net income of 1,520 to 3,880 yuan a head, around the lines used from 2014 to 2019.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from deploy.demonstration import condition
from deploy.demonstration.condition import ABLE, CHRONIC, DISABLED, LOST_LABOUR, NO_LABOUR, SERIOUS

ORDINARY = "一般贫困户"
LOW_INCOME = "低保贫困户"
DESTITUTE = "特困供养贫困户"

# net income per head: least, most, most frequent (yuan a year)
NET_INCOME_YUAN = (1520, 3880, 2850)
LEAST_MONTH_YUAN = 500
COMPULSORY = ("小学", *condition.JUNIOR)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What of a member bears on the household's livelihood."""

    age: int
    schooling: str | None
    education: str | None
    health: tuple[str, ...]
    labour: str

    @property
    def pupil(self) -> bool:
        return self.schooling is not None and self.schooling not in condition.PRESCHOOL


@dataclass(frozen=True, slots=True)
class Income:
    """One year's income in fen, and the months each member worked away, in the members' order."""

    wage_fen: int
    business_fen: int
    property_fen: int
    transfer_fen: int
    business_cost_fen: int
    away_months: tuple[int, ...]


def attribute(rng: Random, members: Sequence[Circumstances]) -> str:
    """一般, 低保 or 特困供养: without any labour no household is ordinary."""
    draw = rng.random()
    if all(member.labour in (NO_LABOUR, LOST_LABOUR) for member in members):
        alone = len(members) <= 2 and all(each.age >= 60 or each.labour == LOST_LABOUR for each in members)
        return DESTITUTE if alone and draw < 0.4 else LOW_INCOME
    grave = any(DISABLED in member.health or SERIOUS in member.health for member in members)
    return LOW_INCOME if draw < (0.45 if grave else 0.14) else ORDINARY


def causes(rng: Random, members: Sequence[Circumstances]) -> tuple[str, tuple[str, ...]]:
    """The main cause and up to two others, each borne out by some member."""
    weights = _cause_weights(members)
    main = rng.choices(list(weights), list(weights.values()))[0]
    others: list[str] = []
    for _ in range(rng.choices((0, 1, 2), (40, 42, 18))[0]):
        rest = {cause: weight for cause, weight in weights.items() if cause not in (main, *others)}
        others.append(rng.choices(list(rest), list(rest.values()))[0])
    return main, tuple(others)


def _cause_weights(members: Sequence[Circumstances]) -> dict[str, float]:
    """How likely each cause is; what no member bears out is left out."""
    sick = any(CHRONIC in member.health or SERIOUS in member.health for member in members)
    disabled = any(DISABLED in member.health for member in members)
    pupils = [member for member in members if member.pupil]
    beyond = any(member.schooling not in COMPULSORY for member in pupils)
    able = sum(member.labour in ABLE for member in members)
    weights = {
        "因病": 9.0 if sick else 0,
        "因残": 8.0 if disabled else 0,
        "因学": 5.0 if beyond else 0.8 if pupils else 0,
        "缺劳力": 3.5 if 4 * able <= len(members) else 0,
        "缺技术": 3.0 if able else 0,
        "缺资金": 2.2 if able else 0,
        "自身发展动力不足": 0.4 if able else 0,
        "因灾": 0.3,
        "缺土地": 0.4,
        "缺水": 0.05,
        "交通条件落后": 0.15,
        "其他": 0.1,
    }
    return {cause: weight for cause, weight in weights.items() if weight}


def income(rng: Random, kind: str, members: Sequence[Circumstances]) -> Income:
    """Splits a plausible net income into the four sources and the cost of farming, exact to the fen."""
    least, most, usual = NET_INCOME_YUAN
    net = len(members) * round(rng.triangular(least, most, usual) * 100)
    months = _away(rng, members)
    wage = property_fen = net_business = business_cost = 0
    if any(months):
        wage = int(net * rng.uniform(0.35, 0.62)) // 1000 * 1000
        months = _share_months(rng, months, wage)
    if rng.random() < 0.55:
        property_fen = int(net * rng.uniform(0.01, 0.06)) // 100 * 100
    if any(member.labour not in (NO_LABOUR, LOST_LABOUR) for member in members):
        rest = net - wage - property_fen
        net_business = int(rest * (1 - _transfer_share(rng, kind, members))) // 100 * 100
        business_cost = int(net_business * rng.uniform(0.3, 0.8)) // 100 * 100
    transfer = net - wage - property_fen - net_business
    return Income(wage, net_business + business_cost, property_fen, transfer, business_cost, months)


def _transfer_share(rng: Random, kind: str, members: Sequence[Circumstances]) -> float:
    """Of what wages and property leave, the part that comes as allowance or pension."""
    elders = sum(member.age >= 60 for member in members)
    base = rng.uniform(0.12, 0.3) if kind == ORDINARY else rng.uniform(0.35, 0.6)
    return min(0.85, base + 0.15 * elders)


def _away(rng: Random, members: Sequence[Circumstances]) -> tuple[int, ...]:
    """1 for each member who works away: skilled and college-trained people always, others often."""
    marks = []
    for member in members:
        trained = member.labour == condition.SKILLED_LABOUR or member.education in condition.COLLEGE
        goes = member.labour in ABLE and (trained or rng.random() < 0.45)
        marks.append(int(goes))
    return tuple(marks)


def _share_months(rng: Random, marks: tuple[int, ...], wage_fen: int) -> tuple[int, ...]:
    """Months for the marked members, 1 to 11 each, so that a month brings at least the least wage."""
    count = sum(marks)
    affordable = wage_fen // (LEAST_MONTH_YUAN * 100)
    total = max(count, min(11 * count, affordable, wage_fen // rng.randint(70_000, 130_000)))
    months = list(marks)
    for _ in range(total - count):
        months[rng.choice([place for place, each in enumerate(months) if 0 < each < 11])] += 1
    return tuple(months)


def housing(rng: Random) -> str:
    """The safety grade of the house; C and D are unsafe."""
    return rng.choices("ABCD", (30, 60, 7, 3))[0]
