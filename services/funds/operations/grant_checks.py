"""Checking lines of a grant list: what the register says, what was given before, and the lines that come of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import grants as rules
from services.funds.domain.programmes import Programme
from services.funds.domain.refusals.grants import GrantLinesRefused, NoGrantLineGood
from services.funds.storage import grant_holds, parameters
from shared.chassis import clock
from shared.schemas.registry_eligibility import EligibilityAnswer

SHOWN_ERRORS = 200
"""How many refused lines an answer names; the fact `refused` counts all."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line as asked for, with what the register said of the person and of whoever is named to receive it."""

    number: int
    ref: str
    amount_fen: int
    person: EligibilityAnswer
    payee: EligibilityAnswer | None = None
    regrant_of: int | None = None
    cool_until: date | None = None
    refused: rules.Reason | None = None
    """A reason known beforehand."""


@dataclass(frozen=True, slots=True)
class Checked:
    """The lines to be kept, with what each good one holds."""

    lines: list[dict[str, Any]]
    """Values of `grant_lines`, all but the batch: a list of a county has ten thousand."""
    holds: dict[int, tuple[rules.Hold, ...]]
    """By line number."""
    reasons: dict[int, rules.Reason]

    @property
    def total_fen(self) -> int:
        return sum(line["amount_fen"] for line in self.lines if line["live"])


def standing_of(answer: EligibilityAnswer) -> rules.Standing:
    return rules.Standing(
        answer.status, answer.person_id, answer.household_id, answer.division_code, dict(answer.facts)
    )


async def setting_of(
    session: AsyncSession, programme: Programme, area: str, year: int, period: str, on: date
) -> rules.Setting:
    """What all lines of a list share, with the days a household counts as one with those it came from."""
    days = (await parameters.load(session, area, on)).days("household_split_watch")
    return rules.Setting(programme, area, year, period, rules.kin_since(on, days))


async def cooled_on(session: AsyncSession, area: str, on: date) -> date:
    """The first day an account found changed may be paid on: its days begin today, whatever day a step states."""
    return max(
        [
            day + timedelta(days=(await parameters.load(session, area, day)).days("account_cool_down"))
            for day in (on, clock.office_today())
        ]
    )


async def check(session: AsyncSession, setting: rules.Setting, on: date, wanted: Sequence[Wanted]) -> Checked:
    """Judge every line, holding the payees' rows until the end of the transaction."""
    lines = [
        rules.Line(one.number, one.amount_fen, standing_of(one.person), standing_of(one.payee) if one.payee else None)
        for one in wanted
        if one.refused is None
    ]
    given = await _given(session, setting, on, lines)
    judged: dict[int, rules.Reason | rules.Judged] = {
        one.number: one.refused for one in wanted if one.refused is not None
    }
    judged |= rules.judge(lines, setting, given)
    reasons = {number: found for number, found in judged.items() if isinstance(found, rules.Reason)}
    holds = {number: found.holds for number, found in judged.items() if isinstance(found, rules.Judged)}
    return Checked([_line(setting, one, judged[one.number]) for one in wanted], holds, reasons)


async def _given(session: AsyncSession, setting: rules.Setting, on: date, lines: Sequence[rules.Line]) -> rules.Given:
    known = [line.person for line in lines if line.person.person_id is not None]
    dead = await grant_holds.lock_payees(session, _everybody(lines))
    given = await grant_holds.given(
        session, setting, on,
        {hold for person in known for hold in rules.holds_of(person, setting)},
        [person.person_id or "" for person in known],
        rules.households_of(known, setting),
        rules.counties_of(known, setting),
        {mark for person in known if (mark := rules.mark_of(person)) is not None},
    )  # fmt: skip
    given.dead = dead
    return given


def _everybody(lines: Iterable[rules.Line]) -> set[str]:
    """Whoever a line is for, is named in it, or heads the household."""
    found: set[str] = set()
    for line in lines:
        head = line.person.facts.get("head_person_id")
        named = line.payee.person_id if line.payee else None
        found |= {one for one in (line.person.person_id, named, head) if isinstance(one, str)}
    return found


def _line(setting: rules.Setting, wanted: Wanted, judged: rules.Reason | rules.Judged) -> dict[str, Any]:
    """A line as it is kept: the register's ids, the masked name and the facts, never the identity number."""
    person = wanted.person
    facts = frozen_facts(setting.programme, person)
    mark = person.facts.get("account_mark")
    line = {
        "number": wanted.number, "ref": wanted.ref, "programme": setting.programme.code, "period": setting.period,
        "person_id": person.person_id, "household_id": person.household_id,
        "household_version": person.household_version, "division_code": person.division_code,
        "name_masked": person.name_masked, "amount_fen": wanted.amount_fen, "facts": facts,
        "facts_hash": None if facts is None else hash_of(facts, person), "account_mark": mark,
        "regrant_of": wanted.regrant_of, "cool_until": wanted.cool_until,
    }  # fmt: skip
    if isinstance(judged, rules.Reason):
        return line | {
            "state": "refused", "live": False, "reason": judged.code, "reason_detail": judged.detail,
            "payee_person_id": None, "payee_basis": None,
        }  # fmt: skip
    return line | {
        "state": "prepared", "live": True, "reason": None, "reason_detail": None,
        "payee_person_id": judged.payee_person_id, "payee_basis": judged.payee_basis,
    }  # fmt: skip


def frozen_facts(programme: Programme, person: EligibilityAnswer) -> dict[str, Any] | None:
    """What the answer turned on, and no more; None for somebody the register does not tell of."""
    if person.person_id is None:
        return None
    return {"status": person.status} | {name: person.facts.get(name) for name in sorted(programme.deciding())}


def hash_of(facts: Mapping[str, Any], person: EligibilityAnswer) -> str:
    """SHA-256 over the facts, the person, the household and its version as one JSON array."""
    content = [person.person_id, person.household_id, person.household_version, dict(facts)]
    text = json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def require_enough_good(mode: str, checked: Checked, *, ends_waiting: bool) -> None:
    """Refuse the whole list with a reason for each bad line, if the mode says so or it would do nothing."""
    reasons = checked.reasons
    if not reasons or (mode == "accept_good" and (len(reasons) < len(checked.lines) or ends_waiting)):
        return
    refusal = (GrantLinesRefused if mode == "refuse_batch" else NoGrantLineGood)(refused=len(reasons))
    refusal.errors = tuple(
        (f"/lines/{index}", reasons[line["number"]].code, *rules.sentence(reasons[line["number"]]))
        for index, line in enumerate(checked.lines)
        if line["number"] in reasons
    )[:SHOWN_ERRORS]
    raise refusal
