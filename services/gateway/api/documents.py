"""HTTP of what describes the API itself: documents, documentation page, keys. Open to the anonymous."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from services.gateway.api.dependencies import GatewayParts
from services.gateway.operations.catalogue import Document, Page
from shared.refusals import NotFound

router = APIRouter(include_in_schema=False)

DOCS_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""Nothing from elsewhere. The page's own program sets styles on elements, hence 'unsafe-inline' for styles only."""


@router.get("/")
async def root() -> Response:
    return JSONResponse({
        "name": "Lika 立卡",
        "docs": "/docs",
        "openapi": "/openapi.json",
        "token": "/api/v1/auth/token",
        "health": "/readyz",
    })  # fmt: skip


@router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    document: Document = request.app.state.openapi
    return _sent(request, await document.page(), "no-cache")


@router.get("/docs")
async def docs(request: Request) -> Response:
    response = _sent(request, request.app.state.docs_page, "no-cache")
    response.headers["Content-Security-Policy"] = DOCS_POLICY
    return response


@router.get("/docs/integrating")
async def docs_integrating(request: Request) -> Response:
    page: Page | None = request.app.state.integrating_page
    if page is None:
        raise NotFound()
    response = _sent(request, page, "no-cache")
    response.headers["Content-Security-Policy"] = DOCS_POLICY
    return response


@router.get("/docs/assets/{name}")
async def docs_asset(name: str, request: Request) -> Response:
    page = request.app.state.docs_assets.get(name)
    if page is None:
        raise NotFound()
    return _sent(request, page, "public, max-age=3600")


@router.get("/.well-known/jwks.json")
async def jwks(parts: GatewayParts) -> Response:
    return JSONResponse(parts.tokens.jwks(), headers={"Cache-Control": "public, max-age=300"})


@router.get("/.well-known/trail-keys.json")
async def trail_keys(parts: GatewayParts) -> Response:
    """The public keys every service signs its checkpoints with; an id is the key's thumbprint (RFC 7638)."""
    return JSONResponse(parts.trail_keys, headers={"Cache-Control": "public, max-age=300"})


@router.get("/.well-known/oauth-authorization-server")
async def authorization_server(parts: GatewayParts) -> Response:
    """RFC 8414 metadata."""
    issuer = parts.settings.issuer
    password = ["password"] if parts.settings.password_grant else []
    return JSONResponse({
        "issuer": issuer,
        "token_endpoint": f"{issuer}/api/v1/auth/token",
        "jwks_uri": f"{issuer}/.well-known/jwks.json",
        "grant_types_supported": [*password, "refresh_token", "client_credentials"],
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic", "client_secret_post", "private_key_jwt", "none",
        ],
        "token_endpoint_auth_signing_alg_values_supported": ["EdDSA", "Ed25519", "ES256", "RS256"],
        "response_types_supported": [],
        "service_documentation": f"{issuer}/docs",
    })  # fmt: skip


def _sent(request: Request, page: Page, cache: str) -> Response:
    headers = {"ETag": page.etag, "Cache-Control": cache}
    if request.headers.get("if-none-match") == page.etag:
        return Response(status_code=304, headers=headers)
    return Response(page.content, media_type=page.media_type, headers=headers)
