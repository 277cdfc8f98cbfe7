"""One office takes over from another. The accounts move at once; the old office stays readable for ever."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain import successions as rules
from services.gateway.domain.refusals.accounts import OwnAccount
from services.gateway.domain.refusals.offices import OfficeUnknown
from services.gateway.domain.successions import Days, Place
from services.gateway.operations.role_checks import require_fitting, require_grantable, require_human, require_machine
from services.gateway.storage import accounts, delegations, offices
from services.gateway.storage import successions as storage
from services.gateway.storage.data_files import role_book
from services.gateway.storage.tables import MACHINE, Account, Office, SuccessionAccount, SuccessionLink
from services.gateway.storage.tables import Succession as SuccessionRow
from shared.chassis import audit, clock, paging
from shared.chassis.identity import Actor
from shared.schemas.gateway_offices import MovedAccount, NewSuccession, Succession
from shared.schemas.wire import Page

MOVED = "机构承继 / Organisation succession"


async def carry_out(session: AsyncSession, actor: Actor, request: NewSuccession) -> Succession:
    """Close the predecessors the day before, and move every open account to a successor.

    Nobody moves their own account, nor one they would not grant the roles of: an administrator above does.
    """
    rules.require_shape(request.kind, request.predecessors, request.successors)
    found = await _locked(session, actor, request)
    before = [found[code] for code in request.predecessors]
    after = [found[code] for code in request.successors]
    rules.require_days(request.effective_on, clock.office_today(), map(_days, before), map(_days, after))
    open_accounts = await accounts.lock_open_of(session, request.predecessors)
    places = rules.placed([row.id for row in open_accounts], _places(request), request.successors)
    row = _row(actor, request)
    moved = await _move(session, actor, row.id, open_accounts, places, found)
    for office in before:
        office.valid_to = request.effective_on - timedelta(days=1)
        office.version += 1
        await session.flush()
        await offices.keep_version(session, office, "succeeded", request.reason, actor.account)
    pairs = [(one.code, other.code) for one in before for other in after]
    await storage.add(session, row, pairs, moved)
    audit.record(
        session, actor, "office.succeed", row.id, kind=row.kind,
        predecessors=request.predecessors, successors=request.successors, accounts=len(moved),
    )  # fmt: skip
    return (await _shown(session, [row]))[0]


async def list_successions(session: AsyncSession, actor: Actor, cursor: str | None, limit: int) -> Page[Succession]:
    after = paging.decode(cursor, str)
    rows = await storage.page(session, actor, str(after[0]) if after else None, limit + 1)
    items = await _shown(session, rows[:limit])
    return Page(items=items, next_cursor=paging.encode(items[-1].id) if len(rows) > limit else None)


async def _locked(session: AsyncSession, actor: Actor, request: NewSuccession) -> dict[str, Office]:
    found = await offices.lock_many(session, actor, [*request.predecessors, *request.successors])
    for pointer, codes in (("/predecessors", request.predecessors), ("/successors", request.successors)):
        for index, code in enumerate(codes):
            if code not in found:
                raise OfficeUnknown(pointer=f"{pointer}/{index}")
    return found


async def _move(
    session: AsyncSession,
    actor: Actor,
    succession_id: str,
    rows: Sequence[Account],
    places: Mapping[str, Place],
    found: Mapping[str, Office],
) -> list[SuccessionAccount]:
    """Move the accounts, locked already; their humans are locked here. What they lend or borrow ends."""
    await accounts.lock_persons(session, [row.person_id for row in rows if row.person_id is not None])
    moved = []
    for row in rows:
        place = places[row.id]
        origin, office = found[row.office_code], found[place.office]
        roles = row.roles if place.roles is None else sorted(set(place.roles))
        await _require_movable(session, actor, row, origin, office, roles)
        row.office_code, row.roles = office.code, list(roles)
        row.version += 1
        await accounts.keep_version(session, row, MOVED, actor.account)
        audit.record(session, actor, "account.move", row.id, office=office.code, roles=row.roles)
        moved.append(
            SuccessionAccount(
                succession_id=succession_id,
                account_id=row.id,
                from_office=origin.code,
                to_office=office.code,
                version=row.version,
            )
        )
    await delegations.end_of_account(session, [row.id for row in rows], MOVED, actor)
    return moved


async def _require_movable(
    session: AsyncSession, actor: Actor, row: Account, origin: Office, office: Office, roles: Sequence[str]
) -> None:
    """The same questions as when the account is changed by hand."""
    book = role_book()
    require_grantable(book, actor, origin, row.roles)
    if row.kind == MACHINE:
        require_machine(book, roles)
        require_fitting(book, office, roles)
    else:
        assert row.person_id is not None
        if row.person_id == actor.person:
            raise OwnAccount()
        require_human(book, roles)
        held = await accounts.roles_of_person(session, row.person_id, besides=row.id)
        held |= await delegations.roles_borrowed(session, row.person_id, clock.office_today())
        require_fitting(book, office, roles, held)
    require_grantable(book, actor, office, roles)


def _places(request: NewSuccession) -> list[Place]:
    return [
        Place(place.account, place.office, None if place.roles is None else tuple(place.roles))
        for place in request.accounts
    ]


def _days(office: Office) -> Days:
    return Days(office.valid_from, office.valid_to)


def _row(actor: Actor, request: NewSuccession) -> SuccessionRow:
    return SuccessionRow(
        id=uuid.uuid4().hex,
        kind=request.kind,
        effective_on=request.effective_on,
        document_no=request.document_no or "",
        reason=request.reason,
        at=clock.now(),
        by=actor.account,
    )


async def _shown(session: AsyncSession, rows: Sequence[SuccessionRow]) -> list[Succession]:
    ids = [row.id for row in rows]
    links, moved = await storage.links(session, ids), await storage.moved(session, ids)
    return [
        Succession(
            id=row.id,
            kind=row.kind,
            effective_on=row.effective_on,
            document_no=row.document_no,
            reason=row.reason,
            predecessors=_codes(links[row.id], "predecessor_code"),
            successors=_codes(links[row.id], "successor_code"),
            moved=[
                MovedAccount(
                    account=one.account_id, from_office=one.from_office, to_office=one.to_office, version=one.version
                )
                for one in moved[row.id]
            ],
            at=row.at,
            by=row.by,
        )
        for row in rows
    ]


def _codes(links: Sequence[SuccessionLink], side: str) -> list[str]:
    return sorted({str(getattr(link, side)) for link in links})
