"""Whether an administrator may give these roles to this human at this office."""

from __future__ import annotations

from collections.abc import Collection

from services.gateway.domain.refusals.accounts import RoleNotGrantable, RoleNotHere, RolesIncompatible, RoleUnknown
from services.gateway.domain.roles import RoleBook
from services.gateway.storage.tables import Office
from shared.chassis.identity import Actor


def require_fitting(book: RoleBook, office: Office, roles: Collection[str], held: Collection[str] = ()) -> None:
    """Refuse roles that do not exist, do not exist at this office, or do not go with those already `held`."""
    if book.unknown(roles):
        raise RoleUnknown()
    for role in roles:
        if not book.exists_at(role, office.level, office.sector):
            raise RoleNotHere(role=role, level=office.level)
    clash = book.incompatible([*roles, *held])
    if clash is not None:
        raise RolesIncompatible(role=clash[0], other_role=clash[1])


def require_human(book: RoleBook, roles: Collection[str]) -> None:
    """Machines' roles are not for people."""
    if book.machine_roles & set(roles):
        raise RoleNotHere(role=sorted(book.machine_roles & set(roles))[0])


def require_machine(book: RoleBook, roles: Collection[str]) -> None:
    """People's roles are not for machines."""
    misfit = set(roles) - book.machine_roles
    if misfit & set(book.roles):
        raise RoleNotHere(role=sorted(misfit)[0])


def require_grantable(book: RoleBook, actor: Actor, office: Office, roles: Collection[str]) -> None:
    """Refuse roles that an administrator of the actor's level does not grant at this office, and so does not touch."""
    below = office.division_code not in actor.scope
    for role in roles:
        if not book.grantable(actor.level, role, below=below):
            raise RoleNotGrantable(role=role)
