"""A service does not start with an operation that says nothing about who may call it."""

from __future__ import annotations

import pytest
from fastapi import APIRouter

from shared.chassis.app import new_router, require_declared_permissions
from shared.chassis.identity import needs


async def operation() -> dict[str, str]:
    return {}


def test_an_operation_without_a_permission_stops_the_start() -> None:
    router = new_router("/x", "x")
    router.add_api_route("", operation, methods=["GET"], operation_id="x_get")
    with pytest.raises(RuntimeError, match="declares no permission"):
        require_declared_permissions(router)


def test_an_operation_outside_the_transaction_stops_the_start() -> None:
    router = APIRouter()
    router.add_api_route("/x", operation, methods=["POST"], **needs("x.write"))
    with pytest.raises(RuntimeError, match="new_router"):
        require_declared_permissions(router)


def test_a_declared_operation_passes() -> None:
    router = new_router("/x", "x")
    router.add_api_route("", operation, methods=["GET"], operation_id="x_get", **needs("x.read"))
    require_declared_permissions(router)
