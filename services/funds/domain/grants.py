"""Which lines of a grant list may be paid, and why not: by register, programme, payee and what was given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import NamedTuple

from services.funds.domain.households import formerly, kin_of, lived_in
from services.funds.domain.programmes import FACT_LABELS, FactValue, Programme, first_unmet
from services.funds.domain.refusals.grants import PeriodWrong

REASONS: dict[str, tuple[str, str]] = {
    "not_registered": ("不在建档立卡系统内", "Not on the register"),
    "dead": ("人员已死亡", "The person is dead"),
    "exited": ("人员所在户已退出", "The household has exited"),
    "removed": ("人员已被清退", "The person was removed from the register"),
    "outside_area": ("不属于资金所在县", "Belongs to another county than the money"),
    "not_entitled": ("不符合补助条件", "Does not meet the programme's condition"),
    "no_amount": ("补助标准表中没有适用的一档", "No row of the programme's table of amounts fits"),
    "below_range": ("低于补助标准", "Below the programme's range"),
    "above_range": ("高于补助标准", "Above the programme's range"),
    "payee_not_allowed": ("领款人不符合规定,也没有已核准的委托", "Neither the programme nor a mandate allows them"),
    "payee_dead": ("领款人已死亡", "The payee is dead"),
    "payee_not_registered": ("领款人不在建档立卡系统内", "The payee is not on the register"),
    "account_shared": ("该银行账户已用于其他户", "The bank account is used for another household"),
    "account_changed": ("核准后更换了银行账户,须隔期再次核对", "The account changed after approval: check again"),
    "account_cooling": ("更换账户后的间隔期未满", "The days to wait after a change of account are not over"),
    "duplicate_in_batch": ("名单内重复", "The person stands twice in the list"),
    "duplicate_across": ("同一补助项目、同一期间已列入其他批次", "Has this grant for this period in another batch"),
    "duplicate_household": ("同一户同一期间已享受该补助", "The household has this grant for this period"),
    "excluded": ("已享受不可同时享受的补助", "Has a grant that excludes this one"),
    "above_person_cap": ("超过每人每年上限", "Above the cap per person and year"),
    "above_household_cap": ("超过每户每年上限", "Above the cap per household and year"),
    "sent_back": ("发放后由银行退回", "The bank sent it back after it was paid"),
    "given_back": ("发放后由户退回", "The household gave it back after it was paid"),
    "batch_refused": ("整批未批准", "The batch was refused"),
}  # fmt: skip
"""Why a line is refused, stopped, waits or came back, in Chinese and English."""
ABOUT_ACCOUNT = frozenset({"account_shared", "account_changed", "account_cooling"})
"""Reasons that pass once the account is right: who waits for it goes on waiting. Any other reason ends the waiting."""


class Reason(NamedTuple):
    """Why not, and the fact or the group of programmes it turned on."""

    code: str
    detail: str | None = None


def sentence(reason: Reason) -> tuple[str, str]:
    """The reason for people, in Chinese and English, with the fact it turned on."""
    zh, en = REASONS[reason.code]
    if reason.detail is None:
        return zh, en
    label_zh, label_en = FACT_LABELS.get(reason.detail, (reason.detail, reason.detail))
    return f"{zh}:{label_zh}", f"{en}: {label_en}"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the register says of one person of the list."""

    status: str
    person_id: str | None
    household_id: str | None
    division_code: str | None
    facts: Mapping[str, FactValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One grant asked for: whom for, how much, and who is named to receive it (nobody: as the programme says)."""

    number: int
    amount_fen: int
    person: Standing
    payee: Standing | None = None


class Hold(NamedTuple):
    """A claim on a grant that only one live line can have: whose, of what, for when."""

    subject: str
    topic: str
    span: str


@dataclass(frozen=True, slots=True)
class Setting:
    """What all lines of a list share. `year` is the one they count to; a household counts as one with those it came
    from since `kin_since`."""

    programme: Programme
    area: str
    year: int
    period: str
    kin_since: date


@dataclass(slots=True)
class Given:
    """What people and households have already, as far as it matters; it grows with the lines accepted."""

    holds: set[Hold] = field(default_factory=set)
    person_fen: dict[str, int] = field(default_factory=dict)
    household_lines: dict[str, dict[int, int]] = field(default_factory=dict)
    """By household the fen of each line of it and of those that came from it lately; a line's id, or in this list its
    number below nought."""
    account_of: dict[str, str] = field(default_factory=dict)
    """By account mark the household it was used for."""
    mandates: set[tuple[str, str]] = field(default_factory=set)
    """Person and payee of mandates in force."""
    dead: Set[str] = frozenset()
    """People whose death was told, whatever the register answered a moment ago."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A line that may be paid: who receives it and on what ground, and what it holds."""

    payee_person_id: str
    payee_basis: str
    holds: tuple[Hold, ...]


def require_period(kind: str, period: str, fund_year: int) -> None:
    """Refuse a period that could be written in two ways, since the same grant is told by its period.

    A year, a school year `2025-2026` or a month `2026-03`, of the fund year or the one before; `once` for what a
    person gets once in a lifetime.
    """
    years = (fund_year - 1, fund_year)
    allowed = {
        "year": [f"{year}" for year in years],
        "school_year": [f"{year}-{year + 1}" for year in years],
        "occasion": [f"{year}-{month:02d}" for year in years for month in range(1, 13)],
        "once": ["once"],
    }[kind]
    if period not in allowed:
        raise PeriodWrong(example=allowed[-1])


def kin_since(on: date, days: int) -> date:
    """The day since which a household still counts as one with those it split off from or took in."""
    return on - timedelta(days=days)


def reason_against(person: Standing, setting: Setting, dead: Set[str] = frozenset()) -> Reason | None:
    """Why this person may not have the programme's grant from the money of the area; None when they may."""
    if person.person_id is None or person.division_code is None or person.household_id is None:
        return Reason(person.status if person.status in REASONS else "not_registered")
    if person.person_id in dead:
        return Reason("dead")
    if person.status not in setting.programme.statuses:
        return Reason(person.status)
    if not lived_in(person.division_code, person.facts, setting.area):
        return Reason("outside_area")
    unmet = first_unmet(setting.programme.conditions, person.facts)
    return None if unmet is None else Reason("not_entitled", unmet)


def counties_of(people: Iterable[Standing], setting: Setting) -> set[str]:
    """The county of a list, and those its people's villages were of: kin of theirs may stand in lists of these."""
    return {setting.area, *(code[:6] for person in people for code in formerly(person.facts))}


def still_as(person: Standing, frozen: Mapping[str, FactValue] | None, grows: str) -> Standing:
    """The person as the register says today, but as old as on the day of preparation: nobody grows out of a grant."""
    if frozen is None or grows not in frozen:
        return person
    return replace(person, facts={**person.facts, grows: frozen[grows]})


def too_much_today(person: Standing, amount_fen: int, programme: Programme) -> Reason | None:
    """Why an amount approved before is more than the person may have; one that is less than their due goes out."""
    allowed = programme.allowed_for(person.facts)
    if allowed is None:
        return Reason("no_amount")
    return Reason("above_range") if amount_fen > allowed.max_fen else None


def head_has_changed(basis: str | None, payee: str | None, person: Standing) -> bool:
    """Whether somebody else than the payee, who was to receive it as the household's head, heads it today."""
    return basis == "head" and payee not in (person.person_id, person.facts.get("head_person_id"))


def guardian_has_left(basis: str | None, payee: Standing, person: Standing) -> bool:
    """Whether who was to receive a child's grant is of another household than the child today."""
    return basis == "guardian" and payee.household_id != person.household_id


def judge(lines: Iterable[Line], setting: Setting, given: Given) -> dict[int, Reason | Judged]:
    """By line number why it may not be paid, or what it holds. Of two lines for one grant the second is refused."""
    first_given = frozenset(given.holds)
    return {line.number: _judge(line, setting, given, first_given) for line in lines}


def _judge(line: Line, setting: Setting, given: Given, first_given: Set[Hold]) -> Reason | Judged:
    reason = (
        reason_against(line.person, setting, given.dead)
        or _reason_of_amount(line, setting.programme)
        or _reason_of_account(line.person, given)
    )
    if reason is not None:
        return reason
    payee = payee_of(line, setting.programme, given)
    if isinstance(payee, Reason):
        return payee
    holds = holds_of(line.person, setting)
    reason = _reason_of_holds(holds, given, first_given) or _reason_of_caps(line, setting, given)
    if reason is not None:
        return reason
    _take(line, holds, setting, given)
    return Judged(*payee, holds)


def _reason_of_amount(line: Line, programme: Programme) -> Reason | None:
    allowed = programme.allowed_for(line.person.facts)
    if allowed is None:
        return Reason("no_amount")
    if line.amount_fen < allowed.min_fen:
        return Reason("below_range")
    return Reason("above_range") if line.amount_fen > allowed.max_fen else None


def mark_of(person: Standing) -> str | None:
    """The mark of the household's account; equal marks are equal accounts."""
    mark = person.facts.get("account_mark")
    return mark if isinstance(mark, str) else None


def _reason_of_account(person: Standing, given: Given) -> Reason | None:
    """An account of another household; that of one it took in has become its own."""
    user = given.account_of.get(mark_of(person) or "")
    absorbed = person.facts.get("absorbed")
    own = [person.household_id, *(absorbed if isinstance(absorbed, list) else ())]
    return None if user is None or user in own else Reason("account_shared")


ADULT = 18


def payee_of(line: Line, programme: Programme, given: Given) -> tuple[str, str] | Reason:
    """Who receives the grant and on what ground: by the programme's rule, or named and mandated."""
    person, named = line.person, line.payee
    usual = _usual_payee(person, programme)
    if named is None or named.person_id == usual:
        return Reason("payee_dead") if usual in given.dead else (usual, programme.payee)
    if named.status == "dead" or named.person_id in given.dead:
        return Reason("payee_dead")
    if named.person_id is None or named.status not in ("eligible", "exited"):
        return Reason("payee_not_registered")
    if programme.payee == "guardian" and _guards(named, person):
        return named.person_id, "guardian"
    if (person.person_id or "", named.person_id) in given.mandates:
        return named.person_id, "mandate"
    return Reason("payee_not_allowed")


def _usual_payee(person: Standing, programme: Programme) -> str:
    """The person, or the household's head; the head too for somebody under age."""
    own, head = person.person_id or "", person.facts.get("head_person_id")
    if programme.payee == "person" or not isinstance(head, str):
        return own
    return head if programme.payee == "head" or _is_minor(person) else own


def _is_minor(person: Standing) -> bool:
    age = person.facts.get("age")
    return isinstance(age, int) and age < ADULT


def _guards(named: Standing, person: Standing) -> bool:
    """An adult of the same household for somebody under age."""
    return _is_minor(person) and named.household_id == person.household_id and not _is_minor(named)


def holds_of(person: Standing, setting: Setting) -> tuple[Hold, ...]:
    """What a line holds: its programme and period, and the groups its programme stands in."""
    programme = setting.programme
    spans = {"period": setting.period, "year": str(setting.year), "once": "once"}
    own = dict.fromkeys(subjects_of(person, "person", setting) + subjects_of(person, programme.once_per, setting))
    holds = [Hold(subject, programme.code, setting.period) for subject in own]
    for one in programme.exclusions:
        holds += [
            Hold(subject, f"group:{one.group_code}", spans[one.span])
            for subject in subjects_of(person, one.subject, setting)
        ]
    return tuple(holds)


def subjects_of(person: Standing, kind: str, setting: Setting) -> list[str]:
    """The person; or the household, with those it lately split off from or took in, so that neither a split nor a
    merger earns anything twice."""
    if kind == "person":
        return [f"person:{person.person_id}"]
    return [f"household:{one}" for one in _households(person, setting)]


def _reason_of_holds(holds: Iterable[Hold], given: Given, first_given: Set[Hold]) -> Reason | None:
    taken = next((hold for hold in holds if hold in given.holds), None)
    return None if taken is None else reason_of_hold(taken, across=taken in first_given)


def reason_of_hold(taken: Hold, *, across: bool = True) -> Reason:
    """Why nobody has what another has already, in another list or in the same."""
    if taken.topic.startswith("group:"):
        return Reason("excluded", taken.topic.removeprefix("group:"))
    if taken.subject.startswith("household:"):
        return Reason("duplicate_household")
    return Reason("duplicate_across" if across else "duplicate_in_batch")


def _households(person: Standing, setting: Setting) -> list[str]:
    """The household, and those it came from lately: neither a split nor a merger earns a second cap."""
    return [person.household_id or "", *kin_of(person.facts, setting.kin_since)]


def _reason_of_caps(line: Line, setting: Setting, given: Given) -> Reason | None:
    programme = setting.programme
    theirs: dict[int, int] = {}
    for household in _households(line.person, setting):
        theirs |= given.household_lines.get(household, {})
    for cap, had, code in (
        (programme.person_year_cap_fen, given.person_fen.get(line.person.person_id or "", 0), "above_person_cap"),
        (programme.household_year_cap_fen, sum(theirs.values()), "above_household_cap"),
    ):
        if cap is not None and had + line.amount_fen > cap:
            return Reason(code)
    return None


def _take(line: Line, holds: Iterable[Hold], setting: Setting, given: Given) -> None:
    person = line.person.person_id or ""
    given.holds.update(holds)
    given.person_fen[person] = given.person_fen.get(person, 0) + line.amount_fen
    for household in _households(line.person, setting):
        given.household_lines.setdefault(household, {})[-line.number] = line.amount_fen
    mark = mark_of(line.person)
    if mark is not None:
        given.account_of[mark] = line.person.household_id or ""


def households_of(people: Iterable[Standing], setting: Setting) -> set[str]:
    """Every household whose sums count for the caps of these people."""
    return {household for person in people for household in _households(person, setting)}
