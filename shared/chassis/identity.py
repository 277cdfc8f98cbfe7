"""Who is asking. A service believes only a short-lived inner token addressed to it.

Inner tokens are JWTs signed with Ed25519. The gateway signs those of people and machine clients;
each service signs, with its own key, those it sends to another service on behalf of the same actor.
"""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.security import HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.refusals import Forbidden, Unauthenticated

INNER_TOKEN_LIFE_S = 60
LEEWAY_S = 5
ALGORITHM = "Ed25519"
TOKEN_TYPE = "lika-inner+jwt"
GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class Actor:
    """The person or machine on whose rights a request is decided."""

    account: str
    """Id of the account signed in."""
    person: str
    """Key of the human behind the account: two accounts of one human have the same."""
    office: str
    """Code of the office the actor belongs to, e.g. `341622-finance`."""
    office_name: str
    level: str
    """Level of the office: nation, province, city, county, township or village."""
    sector: str
    """Sector of the office: aid, finance, transport, water, ... ; empty for none."""
    roles: tuple[str, ...] = ()
    permissions: frozenset[str] = frozenset()
    scope: tuple[str, ...] = ()
    """Division codes; the actor sees these and everything below them. `00` is the country."""
    purpose: str = ""
    """Why personal data is unmasked (X-Access-Reason); empty when not given."""
    issuer: str = field(default=GATEWAY, compare=False)

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def claims(self) -> dict[str, Any]:
        values = asdict(self)
        values.pop("issuer")
        values["permissions"] = sorted(self.permissions)
        return values

    @classmethod
    def of(cls, claims: dict[str, Any], issuer: str = GATEWAY) -> Actor:
        """The actor whose claims these are. KeyError for claims that lack one."""
        return cls(
            account=claims["account"],
            person=claims["person"],
            office=claims["office"],
            office_name=claims["office_name"],
            level=claims["level"],
            sector=claims["sector"],
            roles=tuple(claims["roles"]),
            permissions=frozenset(claims["permissions"]),
            scope=tuple(claims["scope"]),
            purpose=claims["purpose"],
            issuer=issuer,
        )


class InnerTokens:
    """Signs inner tokens as one service and checks those addressed to it."""

    def __init__(self, service: str, key_file: Path, jwks_file: Path) -> None:
        self.service = service
        self._key = OKPKey.import_key(key_file.read_bytes())
        self._keys = {key["kid"]: OKPKey.import_key(key) for key in json.loads(jwks_file.read_text())["keys"]}
        self._seen: dict[str, tuple[int, Actor]] = {}

    def sign(self, actor: Actor, audience: str) -> str:
        """A token that lets `audience` act for `actor` during the next minute."""
        issued = int(time.time())
        claims = actor.claims() | {
            "iss": self.service,
            "aud": audience,
            "sub": actor.account,
            "iat": issued,
            "exp": issued + INNER_TOKEN_LIFE_S,
            "jti": uuid.uuid4().hex,
        }
        header = {"alg": ALGORITHM, "kid": self.service, "typ": TOKEN_TYPE}
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])

    def check(self, token: str) -> Actor:
        """The actor of a good token; Unauthenticated for any other, without saying why."""
        known = self._seen.get(token)
        if known is not None and known[0] > time.time():
            return known[1]
        try:
            actor, expires = self._check(token)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise Unauthenticated() from error
        if len(self._seen) > 2_000:
            self._seen.clear()
        self._seen[token] = (expires, actor)
        return actor

    def _check(self, token: str) -> tuple[Actor, int]:
        kid = _header(token)["kid"]
        decoded = jwt.decode(token, self._keys[kid], algorithms=[ALGORITHM])
        claims = decoded.claims
        if decoded.header.get("typ") != TOKEN_TYPE or set(decoded.header) != {"alg", "kid", "typ"}:
            raise ValueError("not an inner token")
        now = time.time()
        issued, expires = claims["iat"], claims["exp"]
        if not (isinstance(issued, int) and isinstance(expires, int)):
            raise ValueError("times must be integers")
        if claims["aud"] != self.service or claims["iss"] != kid or claims["sub"] != claims["account"]:
            raise ValueError("addressed to somebody else")
        if expires < now - LEEWAY_S or issued > now + LEEWAY_S or expires - issued > INNER_TOKEN_LIFE_S:
            raise ValueError("out of time")
        actor = Actor.of(claims, kid)
        return actor, expires


def _header(token: str) -> dict[str, Any]:
    from joserfc.util import urlsafe_b64decode

    header = json.loads(urlsafe_b64decode(token.split(".", 1)[0].encode("ascii", "strict")))
    if not isinstance(header, dict):
        raise ValueError("header must be an object")
    return header


def public_keys(private_keys: dict[str, Path]) -> str:
    """The JWKS document of the services' public keys; kid is the service's name."""
    keys = []
    for service, path in private_keys.items():
        key = OKPKey.import_key(path.read_bytes())
        keys.append(key.as_dict(private=False, kid=service, use="sig", alg=ALGORITHM))
    return json.dumps({"keys": keys}, indent=1)


def new_private_key() -> bytes:
    """A fresh Ed25519 private key, PEM."""
    return OKPKey.generate_key("Ed25519").as_pem(private=True)


_bearer = HTTPBearer(auto_error=False, scheme_name="bearer", description="access token of the gateway")


def current_actor(request: Request) -> Actor:
    """The actor of this request. Refuses the anonymous."""
    values = request.headers.getlist("authorization")
    if len(values) != 1 or not values[0].lower().startswith("bearer "):
        raise Unauthenticated()
    tokens: InnerTokens = request.app.state.tokens
    return tokens.check(values[0][7:].strip())


async def _asking(request: Request, _: Annotated[Any, Depends(_bearer)] = None) -> Actor:
    # What only looks something up is async throughout the chassis: a plain function would be sent to a thread.
    return current_actor(request)


CurrentActor = Annotated[Actor, Depends(_asking)]


def needs(permission: str, *, money: bool = False) -> dict[str, Any]:
    """Route arguments: only an actor sent by the gateway with `permission` gets in.

    With `money`, the request must carry an Idempotency-Key.
    """

    async def check(actor: CurrentActor) -> None:
        if actor.issuer != GATEWAY or not actor.may(permission):
            raise Forbidden()

    extra: dict[str, Any] = {"x-permission": permission}
    if money:
        extra["x-idempotency-key"] = "required"
    return {"dependencies": [Depends(check)], "openapi_extra": extra}


def needs_service(*issuers: str) -> dict[str, Any]:
    """Route arguments of an internal operation: only these services get in, for whatever actor."""

    async def check(actor: CurrentActor) -> None:
        if actor.issuer not in issuers:
            raise Forbidden()

    return {
        "dependencies": [Depends(check)],
        "openapi_extra": {"x-permission": "service:" + ",".join(issuers)},
    }


def needs_nothing(reason: str) -> dict[str, Any]:
    """Route arguments of an operation open to the anonymous; `reason` says why it may be."""
    return {"openapi_extra": {"x-permission": "public", "x-public-reason": reason}}


def service_actor(service: str) -> Actor:
    """The actor of work a service does by itself, such as telling events."""
    return replace(
        Actor(account=f"service:{service}", person=f"service:{service}", office=service, office_name=service,
              level="", sector=""),
        issuer=service,
    )  # fmt: skip
