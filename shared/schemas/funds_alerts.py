"""Wire vocabulary of funds: alerts, their rules, and the chain they are handled by. References only, no people."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from shared.schemas.wire import Code, Count, Day, DivisionCode, FenOrZero, LongText, Sha256, Text, Wire

Colour = Literal["red", "orange", "yellow", "blue", "grey"]
"""红拦截, 橙预警需上传附件, 黄预警, 蓝记录, 灰禁止."""
Side = Literal["finance", "project", "third"]
Conclusion = Literal["doubt", "violation", "normal", "corrected"]
"""疑点信息, 认定违规, 认定正常, 已整改."""


class NewAlertRun(Wire):
    division_code: DivisionCode


class AlertRun(Wire):
    """What looking at a county changed. `updated` counts alerts whose cause still stands."""

    division_code: str
    as_of: date
    opened: int
    updated: int
    closed: int
    areas_asked: int = Field(description="places of a larger area that will be looked at in the background at once")


class Alert(Wire):
    alert_id: int
    rule: str
    label_zh: str
    label_en: str
    colour: Colour
    reference: str = Field(description="the thing it is about, such as allocation:12")
    book_code: str = Field(description="the area in whose books it was found")
    division_code: str
    fund_year: int | None
    fund_kind: str
    project_code: str
    office: str = Field(description="the office that replies")
    side: Side
    threshold: str
    amount_fen: int
    days: int
    occurrences: int
    since: date
    found_at: datetime
    seen_at: datetime = Field(description="when its cause was found last")
    seen_times: int
    state: Literal["open", "closed"]
    conclusion: Conclusion | None
    closed_at: datetime | None
    closed_why: Literal["gone", "normal", "corrected"] | None
    papered: bool = Field(description="whether a reply brought a paper: what an orange alert asks for")
    round: int
    step: str | None = Field(description="the step that is due; null when closed")
    step_since: date | None
    step_due_on: date | None
    step_days: int | None = Field(description="working days the step has taken so far")
    overdue: bool
    late_steps: int = Field(description="steps that were taken past their day")


class AlertCount(Wire):
    rule: str
    label_zh: str
    colour: Colour
    side: Side
    state: Literal["open", "closed"]
    alerts: int
    amount_fen: int
    longest_days: int
    steps_overdue: int


class AlertCounts(Wire):
    division_code: str
    items: list[AlertCount]
    alerts: int


class AlertStep(Wire):
    """A step of a chain. `sector` is empty for the office the alert is sent to."""

    chain: str
    number: int
    code: str
    kind: Literal["reply", "review", "conclusion"]
    sector: str
    level: Literal["own", "above"]
    deadline_days: int = Field(description="working days")
    other_than: list[str] = Field(description="steps of the round whose persons may not take this one")
    label_zh: str
    label_en: str
    source: str


class AlertPaper(Wire):
    name: Text
    sha256: Sha256


class AlertAction(Wire):
    """A step that was taken."""

    number: int
    round: int
    step: str
    outcome: Literal["replied", "passed", "sent_back", "doubt", "violation", "normal", "corrected"]
    words: str
    paper_name: str | None
    paper_sha256: str | None
    since: date
    due_on: date
    done_on: date
    working_days: int
    late: bool
    amount_fen: int = Field(description="the alert's amount at the time")
    days: int
    recorded_at: datetime
    done_by: str
    done_office: str


class AlertFile(Alert):
    """An alert with its whole chain."""

    source: str
    chain_steps: list[AlertStep]
    actions: list[AlertAction]
    days_by_step: dict[str, int] = Field(description="working days in each step, all rounds together")


class NewAlertReply(Wire):
    words: LongText
    paper: AlertPaper | None = None


class NewAlertReview(Wire):
    outcome: Literal["passed", "sent_back"]
    words: LongText


class NewAlertConclusion(Wire):
    """With `normal` the same cause alerts again only beyond `accepted_fen` or `accepted_days`.

    Without them: beyond its present amount, and the rule's days beyond its present days.
    """

    outcome: Conclusion
    words: LongText
    accepted_fen: FenOrZero | None = None
    accepted_days: Count | None = None


class AlertRule(Wire):
    code: str
    division_code: str
    valid_from: date
    valid_to: date | None
    colour: Colour
    looks_at: str
    subject: str
    among: str
    threshold: str = Field(description="a number, parameter:<key>, or clock: the deadline of the step")
    unit: Literal["day", "rate", "year", "count"]
    stricter: Literal["lower", "higher"]
    recipient: str
    chain: str
    again_after_days: int
    label_zh: str
    label_en: str
    source: str


class AlertRules(Wire):
    items: list[AlertRule]
    steps: list[AlertStep]


class NewAlertRule(Wire):
    code: Code
    division_code: DivisionCode
    valid_from: Day
    colour: Colour
    threshold: Annotated[str, Field(strict=True, pattern=r"^[0-9.]{1,20}$")]
    source: Text
