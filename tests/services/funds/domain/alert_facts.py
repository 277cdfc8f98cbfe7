"""Rules and chains as they stand in the data, and invented facts for them."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

from services.funds.domain import alert_rules
from services.funds.domain.alert_causes import Facts, Thing, Year, causes_of
from services.funds.domain.alert_handling import Step
from services.funds.domain.alert_rules import Rule
from services.funds.domain.delays import RESPONSIBLE, Waiting
from services.funds.domain.parameters import Parameters, Value
from services.funds.domain.progress import Rule as Measure
from services.funds.domain.progress import Totals

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
VALUES_OF_NATION = [
    Value(row["key"], row["division_code"], date.fromisoformat(row["valid_from"]), None, row["value"],
          row["unit"], row["source"])
    for row in rows("parameters")
    if row["division_code"] == "00" and not row["valid_to"]
]  # fmt: skip
VALUES = Parameters(VALUES_OF_NATION, COUNTY, TODAY)
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
