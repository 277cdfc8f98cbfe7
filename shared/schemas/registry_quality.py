"""Wire vocabulary of data quality (数据质量检查): rules, runs, findings, exemptions."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from shared.schemas.registry_households import RowId
from shared.schemas.wire import Code, Day, DivisionCode, LongText, Sha256, Text, Wire

Level = Literal["refuse", "warn", "list"]
FindingState = Literal["open", "closed"]


class QualityRule(Wire):
    """A numbered rule. `not_held` rules are not asked: `note` says which fact the suite does not hold."""

    number: str
    text: str
    en: str
    level: Level
    scope: Literal["household", "member", "village"]
    population: str = Field(description="whom it is asked of: all, out of poverty, monitored, ...")
    state: Literal["checked", "not_held"]
    refusal: str = Field(description="code of the refusal that keeps new rows from breaking it; empty for none")
    parameters: list[str] = Field(description="keys of the figures it reads, see GET /parameters")
    note: str
    source: str


class QualityRules(Wire):
    items: list[QualityRule]


class QualityRunAsked(Wire):
    """The area to be checked."""

    division_code: DivisionCode


class QualityRun(Wire):
    """A check of an area, and how far it is: `parts` are townships. Figures are of what is done so far."""

    id: str
    division_code: str
    state: Literal["queued", "running", "done", "failed"]
    failure: str | None
    on: Day
    parts_total: int
    parts_done: int
    households: int
    people: int
    found: int
    exempt: int
    asked_by: str
    asked_at: str
    finished_at: str | None


class QualityCount(Wire):
    """What was found of a rule; `exempt` of these are exempt on that day."""

    rule: str
    text: str
    level: Level
    found: int
    exempt: int


class QualityRunResult(Wire):
    """A run and what it found in `division_code`, by rule in the order of the published list."""

    run: QualityRun
    division_code: str
    households: int
    people: int
    rules: list[QualityCount]


class QualityFinding(Wire):
    """A rule broken by a household, or by the person named. While open, `last_found_on` is the day of the last run.

    Whoever may not read household files is shown the first character of names and no number.
    """

    id: str
    rule: str
    text: str
    level: Level
    village_code: str
    household_id: str
    household_no: str
    head_name: str
    member_id: str | None
    member_name: str | None
    identity_number_masked: str | None
    first_found_on: Day
    last_found_on: Day
    closed_on: Day | None
    exempt: bool
    exempt_until: Day | None


class BrokenRule(Wire):
    """A rule a household breaks now."""

    rule: str
    text: str
    level: Level
    member_id: str | None
    member_name: str | None
    exempt: bool
    exempt_until: Day | None


class HouseholdQuality(Wire):
    """The rules of one household asked now. `only_in_runs` compare it with all others: those are not asked here."""

    household_id: str
    household_no: str
    on: Day
    findings: list[BrokenRule]
    only_in_runs: list[str]


class TrendPoint(Wire):
    """What one run found in the area."""

    run_id: str
    on: Day
    households: int
    people: int
    found: int
    exempt: int


class QualityTrend(Wire):
    """What every run of the whole area found, oldest first; of one rule or of all."""

    division_code: str
    rule: str | None
    points: list[TrendPoint]


class QualityScore(Wire):
    """Files of one area as its villages were checked last, and how many of them have a finding that is not exempt."""

    key: str
    label: str
    households: int
    people: int
    without_finding: int
    with_refuse: int
    with_warn: int
    with_list: int
    checked_from: Day
    checked_to: Day


class QualityScoreboard(Wire):
    division_code: str
    groups: list[QualityScore]


class QualityExemptionAsked(Wire):
    """A request that a rule shall not count for a household, or for one of its people, up to and with `until`."""

    rule: Code
    household_id: RowId
    member_id: RowId | None = None
    reason: LongText
    paper_sha256: Sha256
    until: Day


class QualityExemptionDecided(Wire):
    """The county's decision."""

    outcome: Literal["grant", "refuse"]
    opinion: Text


class QualityExemption(Wire):
    """An exemption: `granted` while it is in force, `ended` after its last day."""

    id: str
    rule: str
    text: str
    household_id: str
    member_id: str | None
    village_code: str
    reason: str
    paper_sha256: str
    until: Day
    state: Literal["asked", "granted", "refused", "ended"]
    asked_by: str
    asked_office: str
    asked_on: Day
    opinion: str | None
    decided_by: str | None
    decided_office: str | None
    decided_on: Day | None
