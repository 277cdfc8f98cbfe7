"""A person leaves: every account shut, every delegation ended, what waits handed over, and a record of it all."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain.offices import stands_on
from services.gateway.domain.refusals.accounts import (
    LeavingDayWrong,
    OwnAccount,
    PersonElsewhereToo,
    PersonLeftAlready,
    SuccessorIsLeaver,
    SuccessorUnknown,
)
from services.gateway.operations.accounts import shut
from services.gateway.operations.role_checks import require_grantable
from services.gateway.storage import accounts, delegations
from services.gateway.storage import handovers as storage
from services.gateway.storage.accounts import AccountRow
from services.gateway.storage.data_files import role_book
from services.gateway.storage.handovers import HandoverRow
from services.gateway.storage.tables import PERSON
from services.gateway.storage.tables import Handover as HandoverTable
from services.gateway.upstream.waiting_work import Found
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.chassis.scope import covers
from shared.refusals import NotFound, TryAgain
from shared.schemas.gateway_handovers import (
    AccountLeft,
    Handover,
    HandoverContent,
    HandoverPreview,
    NewHandover,
    WorkHandedOver,
)
from shared.schemas.wire import Page


async def preview(session: AsyncSession, actor: Actor, person_id: str, found: Found) -> HandoverPreview:
    """What the person would hand over today."""
    rows = await _of_area(session, actor, person_id)
    content = await _content(session, rows, [], found)
    return HandoverPreview(person_id=person_id, person_name=_name(rows), **content.model_dump())


async def leave(session: AsyncSession, actor: Actor, person_id: str, request: NewHandover, found: Found) -> Handover:
    """Shut the person out everywhere and hand over. All of it, or nothing."""
    if request.left_on > clock.office_today():
        raise LeavingDayWrong()
    seen = await _of_area(session, actor, person_id)
    if person_id == actor.person:
        raise OwnAccount()
    rows = await accounts.of_person(session, person_id, lock=True)
    await accounts.lock_any_person(session, person_id)
    if {row[0].id for row in rows} != {row[0].id for row in seen}:
        raise TryAgain()
    _require_all_mine(actor, rows)
    successor = await _successor(session, actor, person_id, request.successor)
    content = await _shut_all(session, actor, rows, request.reason, found)
    row = _record(actor, rows, successor, request, content)
    await storage.add(session, row)
    audit.record(
        session, actor, "person.leave", person_id, handover=row.id, successor=row.successor_account,
        accounts=len(rows), delegations=len(content.delegations_ended), waiting=len(content.waiting),
    )  # fmt: skip
    return _shown((row, _name(rows), _name([successor])))


async def get(session: AsyncSession, actor: Actor, handover_id: str) -> Handover:
    found = await storage.get(session, actor, handover_id)
    if found is None:
        raise NotFound()
    return _shown(found)


async def list_handovers(session: AsyncSession, actor: Actor, cursor: str | None, limit: int) -> Page[Handover]:
    after = paging.decode(cursor, str)
    rows = await storage.page(session, actor, str(after[0]) if after else None, limit + 1)
    items = [_shown(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].id) if len(rows) > limit else None)


async def _of_area(session: AsyncSession, actor: Actor, person_id: str) -> Sequence[AccountRow]:
    """Every account of a person who has one in the actor's area; NotFound for anybody else."""
    rows = await accounts.of_person(session, person_id)
    if not any(covers(actor.scope, row[1].division_code) for row in rows):
        raise NotFound()
    return rows


def _require_all_mine(actor: Actor, rows: Sequence[AccountRow]) -> None:
    """All that is still open must lie in the area and be of a kind the administrator grants."""
    still_open = [row for row in rows if not row[0].disabled]
    if not still_open:
        raise PersonLeftAlready()
    for account, office, _ in still_open:
        if not covers(actor.scope, office.division_code):
            raise PersonElsewhereToo()
        require_grantable(role_book(), actor, office, account.roles)


async def _successor(session: AsyncSession, actor: Actor, person_id: str, account_id: str) -> AccountRow:
    found = await accounts.get(session, actor, account_id, PERSON)
    today = clock.office_today()
    if found is None or found[0].disabled or not stands_on(found[1].valid_from, found[1].valid_to, today):
        raise SuccessorUnknown()
    if found[0].person_id == person_id:
        raise SuccessorIsLeaver()
    return found


async def _shut_all(
    session: AsyncSession, actor: Actor, rows: Sequence[AccountRow], reason: str, found: Found
) -> HandoverContent:
    was_open = [row[0].id for row in rows if not row[0].disabled]
    ended = await delegations.end_of_account(session, [row[0].id for row in rows], reason, actor)
    content = await _content(session, rows, ended, found)
    for account, _, _ in rows:
        if account.id in was_open:
            await shut(session, actor, account, reason)
            audit.record(session, actor, "account.disable", account.id)
    return content


async def _content(
    session: AsyncSession, rows: Sequence[AccountRow], ended: Sequence[str], found: Found
) -> HandoverContent:
    listed = [
        WorkHandedOver(service=service, **item.model_dump())
        for service, work in found.by_service.items()
        for item in (work.items if work is not None else [])
    ]
    total = sum(work.total for work in found.by_service.values() if work is not None)
    return HandoverContent(
        accounts=[await _left(session, row) for row in rows],
        delegations_ended=list(ended),
        waiting=listed,
        waiting_left_out=total - len(listed),
        services_not_asked=sorted(name for name, work in found.by_service.items() if work is None),
    )


async def _left(session: AsyncSession, row: AccountRow) -> AccountLeft:
    account, office, _ = row
    others = await accounts.roles_held_at(session, office.code, besides_person=account.person_id or "")
    return AccountLeft(
        account=account.id,
        office=office.code,
        office_name=office.name,
        roles=list(account.roles),
        was_open=not account.disabled,
        uncovered_roles=[role for role in account.roles if role not in others and not account.disabled],
    )


def _record(
    actor: Actor, rows: Sequence[AccountRow], successor: AccountRow, request: NewHandover, content: HandoverContent
) -> HandoverTable:
    opened = {account.account for account in content.accounts if account.was_open}
    places = {row[1].division_code for row in rows if row[0].id in opened}
    return HandoverTable(
        id=uuid.uuid4().hex,
        person_id=rows[0][0].person_id,
        successor_account=successor[0].id,
        successor_person=successor[0].person_id,
        division_code=places.pop() if len(places) == 1 else actor.scope[0],
        left_on=request.left_on,
        reason=request.reason,
        content=content.model_dump(mode="json"),
        at=clock.now(),
        by=actor.account,
        by_person=actor.person,
    )


def _name(rows: Sequence[AccountRow]) -> str:
    person = rows[0][2]
    return "" if person is None else person.name


def _shown(row: HandoverRow | tuple[HandoverTable, str, str]) -> Handover:
    record, name, successor_name = row
    return Handover(
        id=record.id,
        person_id=record.person_id,
        person_name=name,
        successor=record.successor_account,
        successor_name=successor_name,
        left_on=record.left_on,
        reason=record.reason,
        content=HandoverContent.model_validate(record.content),
        at=record.at,
        by=record.by,
    )
