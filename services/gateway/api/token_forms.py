"""The form of a token request, its client authentication, and the refusal in OAuth2's own words."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote_plus

from fastapi import Request
from starlette.responses import Response

from services.gateway.domain.client_assertions import TYPE as ASSERTION
from services.gateway.domain.refusals.tokens import InvalidClient, TokenRefusal
from services.gateway.operations.client_proofs import Proof
from services.gateway.operations.foreign_jwts import claims_of
from shared.chassis import problems
from shared.refusals import UnsupportedMedia
from shared.schemas.gateway import TokenProblem
from shared.schemas.wire import Problem

LONGEST_VALUE = 1_024
LONGEST_ASSERTION = 4_096
FORM_SCHEMA = {
    "type": "object",
    "required": ["grant_type"],
    "properties": {
        "grant_type": {"type": "string", "enum": ["password", "refresh_token", "client_credentials"]},
        "username": {"type": "string"},
        "password": {"type": "string", "format": "password"},
        "refresh_token": {"type": "string"},
        "client_id": {"type": "string", "description": "or by HTTP Basic"},
        "client_secret": {"type": "string", "format": "password"},
        "otp": {
            "type": "string",
            "description": "six digits of the second factor, or a recovery code; asked for by `mfa_required`",
        },
        "client_assertion_type": {"type": "string", "enum": [ASSERTION]},
        "client_assertion": {
            "type": "string",
            "description": "private_key_jwt (RFC 7523): iss = sub = client_id, aud the issuer or this address, "
            "five minutes at most, each jti once",
        },
    },
}


async def read_form(request: Request) -> tuple[dict[str, str], tuple[str, str] | None]:
    """The fields, each at most once, and the client's id and secret when sent by HTTP Basic."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type != "application/x-www-form-urlencoded":
        raise UnsupportedMedia()
    fields: dict[str, str] = {}
    form = await request.form(max_fields=20, max_files=0)
    for name, value in form.multi_items():
        longest = LONGEST_ASSERTION if name == "client_assertion" else LONGEST_VALUE
        if name in fields or not isinstance(value, str) or len(value) > longest or "\x00" in value:
            raise TokenRefusal()
        fields[name] = value
    return fields, _basic(request.headers.get("authorization"))


def proof_of(form: dict[str, str], basic: tuple[str, str] | None) -> Proof:
    """How a machine says who it is: Basic, secret in the form, or assertion; never two at once (RFC 6749 2.3)."""
    assertion, kind = form.get("client_assertion", ""), form.get("client_assertion_type")
    ways = [basic is not None, "client_secret" in form, bool(assertion)]
    if sum(ways) > 1 or (kind is not None) != bool(assertion) or kind not in (None, ASSERTION):
        raise TokenRefusal()
    if basic is not None:
        return Proof(basic[0], secret=basic[1])
    if assertion:
        stated = str((claims_of(assertion) or {}).get("sub", ""))
        client_id = form.get("client_id", stated)
        if client_id != stated or not (client_id.isascii() and client_id.isprintable()):
            raise InvalidClient()
        return Proof(client_id, assertion=assertion)
    if "client_id" not in form:
        raise InvalidClient()
    return Proof(form["client_id"], secret=form.get("client_secret", ""))


def _basic(value: str | None) -> tuple[str, str] | None:
    """Client id and secret of an HTTP Basic header (RFC 6749 2.3.1)."""
    if value is None or not value.lower().startswith("basic "):
        return None
    try:
        text = base64.b64decode(value[6:].strip(), validate=True).decode("utf-8", "strict")
    except (ValueError, binascii.Error) as error:
        raise TokenRefusal() from error
    client_id, colon, client_secret = text.partition(":")
    client_id, client_secret = unquote_plus(client_id), unquote_plus(client_secret)
    if not colon or "\x00" in client_id + client_secret:
        raise TokenRefusal()
    return client_id, client_secret


async def token_problem(request: Request, error: Exception) -> Response:
    """The problem answer of a refused token request, with `error` and `error_description`."""
    assert isinstance(error, TokenRefusal)
    response = problems.of_refusal(request, error)
    plain = Problem.model_validate_json(bytes(response.body))
    body = TokenProblem(**plain.model_dump(), error=error.error, error_description=error.en)
    headers = {name: value for name, value in response.headers.items() if name != "content-length"}
    if error.status == 401:
        headers["www-authenticate"] = 'Basic realm="lika"'
    return Response(body.model_dump_json(exclude_none=True), status_code=error.status, headers=headers)
