"""The rest of the national form: how a household lives and farms, what each person is insured for. Shares are invented.

Cells are those of the people template, by header. Every household has a source of chance of its own, so that nothing
else of the demonstration changes with these.
"""

from __future__ import annotations

from decimal import Decimal
from random import Random

from deploy.demonstration.condition import ABLE, DISABLED
from deploy.demonstration.days import age_on
from deploy.demonstration.household import HEAD, Cell, Household, Person
from deploy.demonstration.livelihood import DESTITUTE, LOW_INCOME

HOUSEHOLD_FORM = (
    "四类重点对象", "房屋结构", "住房面积(平方米)", "建房年份", "有无卫生厕所", "饮水是否困难", "饮水来源",
    "是否通生产用电", "入户路类型", "与村主干路距离(公里)", "主要燃料类型", "耕地面积(亩)", "有效灌溉面积(亩)",
    "林地面积(亩)", "退耕还林面积(亩)", "林果面积(亩)", "牧草地面积(亩)", "水面面积(亩)", "产业类型",
    "是否参加农民专业合作社", "小额信贷余额(元)", "其他贷款余额(元)", "搬迁方式",
)  # fmt: skip
PERSON_FORM = (
    "残疾人证号", "是否参加大病保险", "是否享受低保", "是否特困供养人员", "留守类别", "务工区域", "务工月收入(元)",
    "就业渠道", "公益性岗位", "公益性岗位月数", "是否会讲普通话", "是否现役军人",
)  # fmt: skip
_STRUCTURES = {"A": "钢筋混凝土", "B": "砖混", "C": "砖瓦砖木", "D": "竹草土坯"}


def _yes(value: bool) -> str:
    return "是" if value else "否"


def household_form(household: Household) -> dict[str, Cell]:
    """Cells of the household's own columns, by header; areas in mu."""
    rng = Random(f"form {household.serial}")
    people = len(household.members)
    arable = Decimal(rng.randint(60, 190)) * people / 100 if household.business_income_fen else Decimal(0)
    irrigated = (arable * rng.randint(40, 90) / 100).quantize(Decimal("0.01"))
    farms = household.business_income_fen > 0
    return {
        "四类重点对象": _key_groups(household),
        "房屋结构": _STRUCTURES[household.housing_grade],
        "住房面积(平方米)": Decimal(rng.randint(22, 38) * people),
        "建房年份": rng.randint(1978, 2016),
        "有无卫生厕所": _yes(rng.random() < 0.82),
        "饮水是否困难": _yes(not household.safe_water),
        "饮水来源": "净化自来水" if household.safe_water else "不受保护的井水和泉水",
        "是否通生产用电": _yes(household.electricity and rng.random() < 0.9),
        "入户路类型": rng.choices(("水泥路", "砂石路", "泥土路", "沥青路"), (70, 15, 8, 7))[0],
        "与村主干路距离(公里)": Decimal(rng.randint(0, 180)) / 100,
        "主要燃料类型": "、".join(rng.sample(("柴草", "电", "天然气或液化气"), rng.randint(1, 2))),
        "耕地面积(亩)": arable,
        "有效灌溉面积(亩)": irrigated,
        "林地面积(亩)": Decimal(0),
        "退耕还林面积(亩)": Decimal(0),
        "林果面积(亩)": Decimal(rng.choice((0, 0, 0, 50, 120))) / 100,
        "牧草地面积(亩)": Decimal(0),
        "水面面积(亩)": Decimal(rng.choice((0, 0, 0, 0, 80))) / 100,
        "产业类型": rng.choice(("种植业", "养殖业")) if farms else None,
        "是否参加农民专业合作社": _yes(farms and rng.random() < 0.3),
        "小额信贷余额(元)": Decimal(rng.choice((0, 0, 0, 20_000, 50_000)) if farms else 0),
        "其他贷款余额(元)": Decimal(rng.choice((0, 0, 0, 3_000, 8_000))),
        "搬迁方式": "未搬迁",
    }


def _key_groups(household: Household) -> str:
    groups = ["建档立卡贫困户"]
    if household.attribute == LOW_INCOME:
        groups.append("低保户")
    if household.attribute == DESTITUTE:
        groups.append("农村分散供养特困人员")
    if any(DISABLED in person.health for person in household.members):
        groups.append("贫困残疾人家庭")
    return "、".join(groups)


def person_form(household: Household, person: Person) -> dict[str, Cell]:
    """Cells of a person's further columns, by header; the income is of one month, in yuan."""
    rng = Random(f"form {household.serial} {person.identity_number[6:17]}")
    away = person.away_months > 0
    post = not away and person.labour in ABLE and rng.random() < 0.05
    certificate = f"{person.identity_number}{rng.randint(1, 7)}{rng.randint(1, 4)}"
    return {
        "残疾人证号": certificate if DISABLED in person.health else None,
        "是否参加大病保险": _yes(person.medical_insurance),
        "是否享受低保": _yes(household.attribute == LOW_INCOME),
        "是否特困供养人员": _yes(household.attribute == DESTITUTE),
        "留守类别": _left_behind(rng, household, person),
        "务工区域": rng.choices(("省外", "县外省内", "乡镇外县内"), (60, 25, 15))[0] if away else None,
        "务工月收入(元)": Decimal(rng.randrange(1_500, 5_200, 50)) if away else None,
        "就业渠道": rng.choice(("亲友介绍", "市场招聘", "劳务输出组织", "企业招用")) if away else None,
        "公益性岗位": rng.choice(("保洁员", "护路员", "护理员")) if post else None,
        "公益性岗位月数": rng.randint(3, 12) if post else None,
        "是否会讲普通话": _yes(rng.random() < 0.8),
        "是否现役军人": "否",
    }


def _left_behind(rng: Random, household: Household, person: Person) -> str | None:
    """Only where somebody of the household works away."""
    if person.relation == HEAD or not any(other.away_months for other in household.members if other is not person):
        return None
    age = age_on(person.birth_date, household.as_of)
    if age < 16:
        return "留守儿童" if rng.random() < 0.6 else None
    if age >= 60:
        return "留守老人" if rng.random() < 0.5 else None
    return "留守妇女" if not person.male and not person.away_months and rng.random() < 0.3 else None
