"""HTTP of the table of roles."""

from __future__ import annotations

from services.gateway.operations import roles as operations
from shared.chassis.app import new_router
from shared.chassis.identity import needs
from shared.schemas.gateway import RoleCatalogue

router = new_router("/api/v1/auth/roles", "roles")


@router.get("", operation_id="role_list", **needs("own_account.use"))
async def role_list() -> RoleCatalogue:
    return operations.catalogue()
