"""HTTP of tokens: a form of OAuth2 (RFC 6749), open to the anonymous, who become somebody here."""

from __future__ import annotations

from typing import Any

from fastapi import Request

from services.gateway.api.dependencies import GatewayParts, PeerAddress
from services.gateway.api.token_forms import FORM_SCHEMA, proof_of, read_form
from services.gateway.domain.refusals.tokens import TokenRefusal, UnsupportedGrant
from services.gateway.operations.parts import Parts
from shared.chassis.app import new_router
from shared.chassis.identity import needs_nothing
from shared.schemas.gateway import TokenAnswer, TokenProblem

router = new_router("/api/v1/auth/token", "tokens")


def _form_route() -> dict[str, Any]:
    arguments = needs_nothing("signing in is how the anonymous stop being so")
    body = {"required": True, "content": {"application/x-www-form-urlencoded": {"schema": FORM_SCHEMA}}}
    problem = {"model": TokenProblem, "content": {"application/problem+json": {}}}
    return {
        "openapi_extra": arguments["openapi_extra"] | {"requestBody": body},
        "responses": {400: problem, 401: problem, 429: problem},
    }


@router.post("", operation_id="token_create", response_model_exclude_none=True, **_form_route())
async def token_create(request: Request, parts: GatewayParts, peer: PeerAddress) -> TokenAnswer:
    form, basic = await read_form(request)
    return await _granted(parts, form, basic, peer)


async def _granted(parts: Parts, form: dict[str, str], basic: tuple[str, str] | None, peer: str) -> TokenAnswer:
    """The answer of the grant the form asks for."""
    grant = form.get("grant_type")
    if grant == "password" and parts.settings.password_grant:
        username, password = _given(form, "username"), _given(form, "password")
        return await parts.sign_in.by_password(username, password, peer, form.get("otp", ""))
    if grant == "refresh_token":
        return await parts.sign_in.by_refresh(_given(form, "refresh_token"), peer)
    if grant == "client_credentials":
        return await parts.sign_in.by_client(proof_of(form, basic), peer)
    if grant is None:
        raise TokenRefusal()
    raise UnsupportedGrant()


def _given(form: dict[str, str], name: str) -> str:
    if not form.get(name):
        raise TokenRefusal()
    return form[name]
