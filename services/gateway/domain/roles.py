"""Roles: what each may do, at which offices it exists, and which do not go together. The rows are data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

ANY = "*"
PUBLIC = "public"
OWN, BELOW = "own", "below"
"""How far an administrator may grant a role: in their own division and below it, or below it only."""


@dataclass(frozen=True, slots=True)
class RoleRow:
    code: str
    zh: str
    en: str
    kind: str
    """business, audit, machine, operation, administration or security."""


@dataclass(frozen=True)
class RoleBook:
    """The whole table of roles, read once at start."""

    roles: Mapping[str, RoleRow]
    permissions: Mapping[str, frozenset[str]]
    offices: Mapping[str, frozenset[tuple[str, str]]]
    """Per role the (level, sector) of offices that have it; sector `*` is any."""
    conflicts: frozenset[frozenset[str]]
    """Pairs of kinds that one person may not hold together."""
    sectors: Mapping[str, tuple[str, str]]
    """Chinese and English name by sector."""
    grants: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """By (level of the granting administrator, role) how far the grant reaches: OWN or BELOW."""
    lending: Mapping[str, bool] = field(default_factory=dict)
    """The roles that may be lent, and whether a second person must agree."""
    texts: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Chinese and English text by permission."""

    def permissions_of(self, roles: Iterable[str]) -> frozenset[str]:
        """Everything these roles may do together; a role that is gone carries nothing."""
        return frozenset().union(*(self.permissions.get(role, frozenset()) for role in roles))

    def unknown(self, roles: Iterable[str]) -> list[str]:
        return [role for role in roles if role not in self.roles]

    def exists_at(self, role: str, level: str, sector: str) -> bool:
        """Whether an office of this level and sector has the role."""
        places = self.offices.get(role, frozenset())
        return (level, sector) in places or (level, ANY) in places

    def grantable(self, level: str, role: str, *, below: bool) -> bool:
        """Whether an administrator of `level` may grant the role, `below` their own division or in it."""
        reach = self.grants.get((level, role))
        return reach == OWN or (below and reach == BELOW)

    def incompatible(self, roles: Iterable[str]) -> tuple[str, str] | None:
        """Two of `roles` that one person may not hold together; None when there are none."""
        held = sorted({role for role in roles if role in self.roles})
        for index, one in enumerate(held):
            for other in held[index + 1 :]:
                if frozenset((self.roles[one].kind, self.roles[other].kind)) in self.conflicts:
                    return one, other
        return None

    def rivals_of(self, role: str) -> list[str]:
        """Every role that may not be held together with `role`."""
        return [other for other in self.roles if self.incompatible((role, other)) is not None]

    @cached_property
    def machine_roles(self) -> frozenset[str]:
        """Roles only machines have."""
        return frozenset(code for code, row in self.roles.items() if row.kind == "machine")
