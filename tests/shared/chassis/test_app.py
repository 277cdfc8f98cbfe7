"""A service does not start with an operation that says nothing about who may call it."""

from __future__ import annotations

import pytest
from fastapi import APIRouter, FastAPI

from shared.chassis.app import new_router, require_declared_permissions, require_no_other_routes
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


def test_a_door_beside_the_declared_ones_stops_the_start() -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.add_api_route("/livez", operation)
    require_no_other_routes(app)
    mounted, plain, socket = (FastAPI(openapi_url=None, docs_url=None, redoc_url=None) for _ in range(3))
    mounted.mount("/files", FastAPI())
    plain.add_api_route("/x", operation)
    socket.add_api_websocket_route("/s", operation)
    undeclared = new_router("/y", "y")
    undeclared.add_api_route("", operation, methods=["GET"], operation_id="y_get")
    app.include_router(undeclared)
    for beside in (mounted, plain, socket, app):
        with pytest.raises(RuntimeError, match="declares no permission"):
            require_no_other_routes(beside)
