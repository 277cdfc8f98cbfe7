"""Loads the demonstration once, through the public API, as the offices that would do it; prints what there is.

Every step has a key, so that a load that was broken off goes on where it stopped and doubles nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from deploy.demonstration import (
    accounts,
    library_story,
    money_story,
    people,
    register_story,
    samples_story,
)
from deploy.demonstration.accounts import Book
from deploy.demonstration.calendar import Calendar
from deploy.local.progress import Reporter
from shared.chassis.clock import office_today


@dataclass(frozen=True, slots=True)
class Place:
    """Where a demonstration is loaded: a suite's address, and the folder that keeps its sign-ins and its state."""

    address: str
    folder: Path

    @property
    def accounts_file(self) -> Path:
        return self.folder / "demo-accounts.json"

    @property
    def state_file(self) -> Path:
        return self.folder / "demonstration.json"

    def state(self) -> dict[str, Any]:
        """The day the demonstration is seen from, and whether it is complete."""
        if not self.state_file.exists():
            self.state_file.write_text(json.dumps({"day": office_today().isoformat(), "done": False}))
        found: dict[str, Any] = json.loads(self.state_file.read_text())
        return found

    def book(self) -> Book:
        return Book(self.accounts_file, self.address)


def ensure_loaded(place: Place, reporter: Reporter, agree: Callable[[Book], None]) -> None:
    """Load the demonstration unless it is there; goes on with one that was broken off.

    `agree` makes the suite and the book hold the same first administrator and operator.
    """
    state = place.state()
    if state["done"]:
        reporter.say("demonstration data are in place")
        return
    book = place.book()
    try:
        agree(book)
        _load(book, Calendar(date.fromisoformat(state["day"])), reporter)
    finally:
        book.close()
    place.state_file.write_text(json.dumps(state | {"done": True}))


def _load(book: Book, calendar: Calendar, reporter: Reporter) -> None:
    households = people.generate(calendar.today)
    with reporter.steps("divisions 区划", 1) as steps:
        register_story.load_divisions(book, steps)
    with reporter.steps("offices and accounts 机构与账号", accounts.steps_total()) as steps:
        book.create(steps)
    with reporter.steps("people of 许疃镇 人口导入", people.PEOPLE) as steps:
        register_story.import_people(book, households, steps)
    with reporter.steps("identification by village 逐村认定", 15) as steps:
        register_story.identify(book, calendar, steps)
        register_story.plan_exits(book, calendar, steps)
    with reporter.steps("library, plan, works 项目库与实施", library_story.steps_total()) as steps:
        codes = library_story.load(book, calendar, steps)
    with reporter.steps("money of the year 年度资金", money_story.steps_total(calendar.fund_year)) as steps:
        money_story.load(book, calendar, codes, households, steps)
    with reporter.steps("published tables of four places 公开数据样例", samples_story.steps_total()) as steps:
        samples_story.load(book, steps)


def summary(place: Place) -> str:
    """What a newcomer sees: the county's figures, addresses, sign-ins."""
    book = place.book()
    try:
        year = date.fromisoformat(place.state()["day"]).year
        finance = book.desk("mengcheng.finance")
        progress = finance.get("/api/v1/funds/progress", division_code="341622", fund_year=year, group_by="fund_kind")
        register = book.desk("xutuan.officer").get(
            "/api/v1/registry/statistics", division_code=accounts.XUTUAN, group_by="status"
        )
        return "\n".join(_lines(book, progress, register))
    finally:
        book.close()


def _lines(book: Book, progress: dict[str, Any], register: dict[str, Any]) -> list[str]:
    total = progress["total"]
    lines = [
        "",
        "Lika 立卡 is up. 蒙城县 (341622) " + str(progress["fund_year"]) + ", as of " + progress["as_of"],
        f"  register 户籍     许疃镇 {register['households']:,} households, {register['people']:,} people",
        f"  received 收到     {_wan(total['received_fen'])} 万元   paid 支出 {_wan(total['paid_fen'])} 万元"
        f"   withheld 质保金 {_wan(total['withheld_fen'])} 万元",
        f"  progress 支出进度 {_percent(total['progress'])}   pace 序时 {_percent(total['pace'])}"
        f"   target 目标 {_percent(progress['target'])}   verdict 结论 {total['verdict']}"
        f"   gap 差额 {_wan(total['gap_fen'])} 万元",
    ]
    lines += [f"    {group['label']}: {_percent(group['progress'])} {group['verdict']}" for group in progress["groups"]]
    lines.append("  held up 滞留 (largest first)")
    for delay in sorted(progress["delays"], key=lambda row: -row["amount_fen"])[:6]:
        what = delay.get("project_name") or delay.get("office_name") or ""
        lines.append(
            f"    {_wan(delay['amount_fen']):>10} 万元  {delay['step']:<22} {delay['responsible']:<8}"
            f" {delay['days']:>4} days  {what}"
        )
    lines += [
        "",
        f"  API       {book.address}/api/v1/...   documents {book.address}/docs   {book.address}/openapi.json",
        f"  sign-ins  {book.path}   e.g.",
    ]
    for username in ("village.205", "xutuan.officer", "mengcheng.aid", "mengcheng.finance", "mengcheng.audit"):
        row = next(row for row in book.rows if row.get("username") == username)
        lines.append(f"    {row['username']:<22} {row['password']:<24} {row['title']}")
    return [*lines, ""]


def _wan(fen: int) -> str:
    return f"{fen / 1_000_000:,.2f}"


def _percent(rate: str | None) -> str:
    return "-" if rate is None else f"{float(rate) * 100:.2f}%"
