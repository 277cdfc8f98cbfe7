"""The table of roles as people read it."""

from __future__ import annotations

from services.gateway.operations.account_rights import texts
from services.gateway.storage.data_files import role_book
from shared.schemas.gateway import Role, RoleCatalogue, RoleOffice, Sector


def catalogue() -> RoleCatalogue:
    """Every role: what it may do and where it exists, what it does not go with; sectors; texts of permissions."""
    book = role_book()
    roles = [
        Role(
            code=row.code,
            zh=row.zh,
            en=row.en,
            kind=row.kind,
            permissions=sorted(book.permissions.get(row.code, ())),
            offices=[RoleOffice(level=level, sector=sector) for level, sector in sorted(book.offices[row.code])],
            incompatible_with=book.rivals_of(row.code),
            lent=row.code in book.lending,
            lent_with_consent=book.lending.get(row.code, False),
        )
        for row in book.roles.values()
    ]
    return RoleCatalogue(
        roles=roles,
        sectors=[Sector(code=code, zh=zh, en=en) for code, (zh, en) in book.sectors.items()],
        permissions=texts(book, book.texts),
    )
