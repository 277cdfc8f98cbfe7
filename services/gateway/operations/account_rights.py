"""What an account may do: its own roles, what is lent to it, and why it can be used or not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain.delegations import usable
from services.gateway.domain.offices import stands_on
from services.gateway.domain.roles import RoleBook
from services.gateway.storage import accounts as storage
from services.gateway.storage import delegations
from services.gateway.storage.data_files import role_book
from services.gateway.storage.tables import PERSON, Account, Office
from shared.chassis import clock
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas.gateway import BorrowedRoles, Permission
from shared.schemas.gateway_delegations import AccountRights

OPEN_NOW = ("", "first_password")
"""What bars an account, where it still has rights to show: none, or a password it has yet to change."""


async def rights(session: AsyncSession, actor: Actor, account_id: str) -> AccountRights:
    """What an account of the area may do today."""
    found = await storage.get(session, actor, account_id, PERSON)
    if found is None:
        raise NotFound()
    account, office, _ = found
    lent = await delegations.lent_to(session, account.id, clock.office_today())
    by_role = usable(role_book(), office.level, office.sector, account.roles, lent)
    barred = _barred(account, office)
    roles = [*account.roles, *by_role] if barred in OPEN_NOW else []
    return AccountRights(
        account=account.id,
        office=office.code,
        scope=[office.division_code],
        roles=list(account.roles),
        borrowed=await borrowed_roles(session, by_role),
        permissions=texts(role_book(), role_book().permissions_of(roles)),
        barred=barred,
    )


async def borrowed_roles(session: AsyncSession, by_role: Mapping[str, str]) -> list[BorrowedRoles]:
    """The delegations these roles come by, as people read them."""
    return [
        BorrowedRoles(
            delegation=row.id,
            roles=sorted(role for role, id_ in by_role.items() if id_ == row.id),
            lender=row.lender_account,
            lender_name=name,
            from_on=row.from_on,
            to_on=row.to_on,
        )
        for row, name in await delegations.with_lender(session, set(by_role.values()))
    ]


def texts(book: RoleBook, permissions: Iterable[str]) -> list[Permission]:
    """Permissions with their texts, by code."""
    # A test sees to it that none is without its text; if one were, its code would still be better than a fault.
    found = ((code, *book.texts.get(code, (code, code))) for code in sorted(permissions))
    return [Permission(code=code, zh=zh, en=en) for code, zh, en in found]


def _barred(account: Account, office: Office) -> str:
    if account.disabled:
        return "disabled"
    if not stands_on(office.valid_from, office.valid_to, clock.office_today()):
        return "office_closed"
    return "first_password" if account.must_change_password else ""
