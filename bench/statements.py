"""What a file states of one household, as cells by field: causes, housing, land, loans, income, risks."""

from __future__ import annotations

from datetime import date
from random import Random

from bench.conditions import NO, YES, days_ago, label, yes
from services.registry.domain.code_lists import CODE_LISTS, label_of

ATTRIBUTES = ("general_poor", "dibao_poor", "tekun_poor", "general_exited", "dibao_exited")
RISK_SHARE = 0.08


def of_household(rng: Random, on: date, ages: list[int]) -> dict[str, str]:
    """What is stated of a household of people of these ages; keeps the rules of domain/household_files.py."""
    main, *others = rng.sample([value.label for value in CODE_LISTS["poverty_cause"].values], rng.randrange(1, 4))
    cells = {
        "group": f"{rng.randrange(1, 12)}组",
        "standard": label_of("identification_standard", "national"),
        "attribute": label_of("household_attribute", rng.choice(ATTRIBUTES)),
        "household_type": label_of("household_type", "out_of_poverty" if rng.random() < 0.9 else "ordinary"),
        "identified_on": days_ago(on, rng.randrange(400, 3_000)),
        "main_cause": main,
        "other_causes": "、".join(others),
        "key_groups": "、".join(value.label for value in CODE_LISTS["key_group"].values if rng.random() < 0.3),
    }
    cells |= _housing(rng, on) | _land(rng) | _work(rng) | _moved(rng, on)
    return cells | _income(rng, len(ages)) | _risk(rng, on)


def _housing(rng: Random, on: date) -> dict[str, str]:
    water = yes(rng, 0.95)
    return {
        "housing_level": rng.choices(CODE_LISTS["housing_level"].values, (55, 42, 2, 1))[0].label,
        "housing_structure": label(rng, "housing_structure"),
        "housing_area_m2": f"{rng.randrange(4_000, 16_000) / 100:.2f}",
        "built_year": str(on.year - rng.randrange(3, 45)),
        "toilet": yes(rng, 0.8),
        "safe_water": water,
        "water_difficult": NO if water == YES else yes(rng, 0.5),
        "water_source": label_of("water_source", "tap" if water == YES else "unprotected_well"),
        "electricity": YES,
        "production_power": yes(rng, 0.9),
        "road_type": label(rng, "road_type"),
        "road_distance_km": f"{rng.randrange(1, 500) / 100:.2f}",
        "fuels": "、".join(rng.sample([value.label for value in CODE_LISTS["fuel"].values], rng.randrange(1, 4))),
    }


def _land(rng: Random) -> dict[str, str]:
    arable = rng.randrange(50, 1_500)
    return {
        "arable_mu": f"{arable / 100:.2f}",
        "irrigated_mu": f"{rng.randrange(arable) / 100:.2f}",
        "forest_mu": f"{rng.randrange(800) / 100:.2f}",
        "returned_forest_mu": f"{rng.randrange(200) / 100:.2f}",
        "fruit_mu": f"{rng.randrange(200) / 100:.2f}",
        "pasture_mu": "0",
        "water_mu": "0.5",
    }


def _work(rng: Random) -> dict[str, str]:
    return {
        "industry_type": label(rng, "industry_type"),
        "industry_organisation": label(rng, "industry_organisation"),
        "cooperative": yes(rng, 0.6),
        "mutual_fund_fen": str(rng.randrange(0, 2_000)),
        "microcredit_fen": str(rng.choice((0, 0, 0, 10_000, 30_000, 50_000))),
        "other_loan_fen": "0",
        "bank_name": "试算农商银行",
        "monitor_contact": "",
    }


def _moved(rng: Random, on: date) -> dict[str, str]:
    if rng.random() < 0.92:
        return {"relocation_mode": label_of("relocation_mode", "none"), "relocation_willing": NO}
    mode = label_of("relocation_mode", "concentrated")
    return {"relocation_mode": mode, "relocation_willing": YES, "relocated_year": str(on.year - rng.randrange(1, 8))}


def _income(rng: Random, people: int) -> dict[str, str]:
    wage, business, cost = rng.randrange(0, 60_000), rng.randrange(500, 12_000), rng.randrange(0, 500)
    holdings, transfers = rng.randrange(0, 2_000), rng.randrange(1_000, 9_000)
    per_head = (wage + business + holdings + transfers - cost) * 100 // people
    return {
        "wage_fen": str(wage),
        "business_fen": f"{business}.50",
        "property_fen": str(holdings),
        "transfer_fen": str(transfers),
        "business_cost_fen": str(cost),
        "stated_per_head_fen": f"{per_head // 100}.{per_head % 100:02d}",
        "self_paid_medical_fen": f"{rng.randrange(0, 5_000)}.25",
    }


def _risk(rng: Random, on: date) -> dict[str, str]:
    if rng.random() >= RISK_SHARE:
        return {}
    found = rng.randrange(120, 380)
    cells = {
        "monitor_type": label(rng, "monitor_type"),
        "risks": label_of("risk_type", "illness"),
        "risk_note": "家中有人患病",
        "risk_identified_on": days_ago(on, found),
        "measures": "、".join(label_of("assistance_measure", code) for code in ("industry", "health")),
        "first_measure_on": days_ago(on, found - 10),
        "monitor_contact": "试算干部",
    }
    if rng.random() < 0.4:
        cells |= {"risk_cleared_on": days_ago(on, 20), "risk_clearing": label_of("risk_clearing", "assisted")}
    return cells
