"""Entitled but unpaid (应发未发): who meets what a programme asks and has no live grant of the period."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import grants as rules
from services.funds.domain.programmes import Condition, Programme
from services.funds.domain.refusals.grants import EntitlementNotComputable, ProgrammeUnknown
from services.funds.operations.grant_checks import setting_of, standing_of
from services.funds.storage import grant_holds, programmes, sessions
from services.funds.upstream import registry
from shared.chassis import audit, clock, paging
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.chassis.scope import require_in_scope
from shared.refusals import Malformed
from shared.schemas import funds_households as wire
from shared.schemas.registry_eligibility import EligibilityAnswer, FactTest, MatchingQuestion

ASKED_FOR: tuple[Literal["eligible", "exited"], ...] = ("eligible", "exited")
"""Standings the register finds people by; a programme says which of them it is for."""


async def unpaid(
    session: AsyncSession,
    actor: Actor,
    peer: Peer,
    trail: Database,
    *,
    programme_code: str,
    area: str,
    fund_year: int,
    period: str,
    cursor: str | None,
    limit: int,
) -> wire.EntitledUnpaid:
    """A page of the register's people who are entitled, less those who have the grant or one that excludes it.

    The register is asked as it stands today. Only for programmes whose entitlement is computable.
    """
    require_in_scope(actor, area)
    today = clock.office_today()
    programme = await programmes.in_force(session, programme_code, area, today)
    if programme is None:
        raise ProgrammeUnknown()
    if programme.code not in await programmes.computable_codes(session):
        raise EntitlementNotComputable()
    rules.require_period(programme.period_kind, period, fund_year)
    names = await programmes.labels(session)
    setting = await setting_of(session, programme, area, fund_year, period, today)
    await sessions.let_go(session)
    question = MatchingQuestion(
        on=today, division_code=area, statuses=[one for one in ASKED_FOR if one in programme.statuses],
        tests=[_test(one) for one in programme.conditions],
        facts=sorted(programme.asked()), after=_after(cursor), limit=limit,
    )  # fmt: skip
    page = await registry.matching(peer, actor, question)
    items = await _without_grant(session, setting, page.answers)
    await sessions.let_go(session)
    subjects = [item.person_id for item in items]
    await audit.record_read(trail, actor, "entitlements.read", subjects, "name_masked,entitled_fen")
    return wire.EntitledUnpaid(
        programme=programme.code, programme_name=names.get(programme.code, programme.code), period=period,
        asked=len(page.answers), unpaid_fen=sum(item.entitled_fen for item in items), items=items,
        next_cursor=paging.encode(page.next_after) if page.next_after else None,
    )  # fmt: skip


def _after(cursor: str | None) -> str | None:
    key = paging.decode(cursor, str)
    if key is None:
        return None
    try:
        return str(UUID(str(key[0])))
    except ValueError as error:
        raise Malformed(pointer="/cursor") from error


def _test(condition: Condition) -> FactTest:
    return FactTest(fact=condition.fact, values=sorted(condition.values), low=_low(condition), high=condition.high)


def _low(condition: Condition) -> int | None:
    """A condition without any bound still wants the fact stated."""
    return 0 if not condition.values and condition.low is None and condition.high is None else condition.low


async def _without_grant(
    session: AsyncSession, setting: rules.Setting, answers: Sequence[EligibilityAnswer]
) -> list[wire.Entitled]:
    people = [(answer, standing_of(answer)) for answer in answers]
    good = [(answer, one) for answer, one in people if rules.reason_against(one, setting) is None]
    holds = {one.person_id: rules.holds_of(one, setting) for _, one in good}
    taken = await grant_holds.taken(session, {hold for own in holds.values() for hold in own})
    return [
        _entitled(setting.programme, answer, one)
        for answer, one in good
        if not taken.intersection(holds[one.person_id])
    ]


def _entitled(programme: Programme, answer: EligibilityAnswer, person: rules.Standing) -> wire.Entitled:
    allowed = programme.allowed_for(person.facts)
    return wire.Entitled(
        person_id=answer.person_id or "", household_id=answer.household_id or "",
        division_code=answer.division_code or "", name_masked=answer.name_masked or "",
        entitled_fen=0 if allowed is None else allowed.min_fen,
    )  # fmt: skip
