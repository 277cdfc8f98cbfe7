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

from shared.chassis import log, paging
from shared.refusals import Forbidden, Unauthenticated

INNER_TOKEN_LIFE_S = 60
LEEWAY_S = 5
ALGORITHM = "Ed25519"
TOKEN_TYPE = "lika-inner+jwt"
GATEWAY = "gateway"
_SERVICES = "service:"
LOOK_S = 1.0
"""How often the key files are looked at."""


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
    delegations: tuple[str, ...] = ()
    """Ids of the delegations some of the roles are lent by; empty when all are the actor's own."""
    offices_before: tuple[str, ...] = ()
    """Codes of the offices the actor's office has taken over from, however far back."""
    issuer: str = field(default=GATEWAY, compare=False)

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    def acts_for(self, office: str) -> bool:
        """Whether the office is the actor's own or one that it has taken over from."""
        return office == self.office or office in self.offices_before

    def standing_for(self, *offices: str | None) -> str:
        """The first of `offices` that the actor acts for; the actor's own when there is none."""
        return next((office for office in offices if office is not None and self.acts_for(office)), self.office)

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
            delegations=tuple(claims.get("delegations", ())),
            offices_before=tuple(claims.get("offices_before", ())),
            issuer=issuer,
        )


class InnerTokens:
    """Signs inner tokens as one service and checks those addressed to it.

    Both files are read again when they change, so that a service's key is replaced without stopping anybody: the new
    public key goes into the JWKS as `SERVICE.2`, then the private key file is replaced, then the old public key goes.
    """

    def __init__(self, service: str, key_file: Path, jwks_file: Path) -> None:
        self.service = service
        self._files = (key_file, jwks_file)
        self._looked_at = time.monotonic()
        self._state = self._stat()
        self._load()

    def _load(self) -> None:
        """Take over what the files say, whole or not at all."""
        key_file, jwks_file = self._files
        own_key = OKPKey.import_key(key_file.read_bytes())
        keys = {key["kid"]: OKPKey.import_key(key) for key in json.loads(jwks_file.read_text())["keys"]}
        mark = own_key.thumbprint()
        names = [kid for kid, key in keys.items() if service_of(kid) == self.service and key.thumbprint() == mark]
        self._key = self.own_key = own_key
        self.cursor_key = paging.key_of(str(own_key.as_dict(private=True)["d"]).encode(), self.service)
        self._kid = names[0] if names else self.service
        self._keys = keys
        self._seen: dict[str, tuple[int, Actor]] = {}

    def _stat(self) -> list[tuple[int, int, int]]:
        """What tells one version of the files from another."""
        return [(one.st_mtime_ns, one.st_size, one.st_ino) for one in (path.stat() for path in self._files)]

    def _look(self) -> None:
        """Read the files again if they changed; those that cannot be read change nothing."""
        now = time.monotonic()
        if now - self._looked_at < LOOK_S:
            return
        self._looked_at = now
        try:
            state = self._stat()
            if state != self._state:
                self._load()
                self._state = state
        except (OSError, ValueError, KeyError, TypeError, JoseError) as error:
            log.logger().error("inner_keys_unreadable", kind=type(error).__name__)

    def sign(self, actor: Actor, audience: str) -> str:
        """A token that lets `audience` act for `actor` during the next minute."""
        self._look()
        issued = int(time.time())
        claims = actor.claims() | {
            "iss": self.service,
            "aud": audience,
            "sub": actor.account,
            "iat": issued,
            "exp": issued + INNER_TOKEN_LIFE_S,
            "jti": uuid.uuid4().hex,
        }
        header = {"alg": ALGORITHM, "kid": self._kid, "typ": TOKEN_TYPE}
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])

    def check(self, token: str) -> Actor:
        """The actor of a good token; Unauthenticated for any other, without saying why."""
        self._look()
        known = self._seen.get(token)
        if known is not None and known[0] > time.time():
            return known[1]
        try:
            actor, expires = self._check(token)
        except (JoseError, ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
            raise Unauthenticated() from error
        if len(self._seen) > 2_000:
            self._seen.clear()
        self._seen[token] = (expires, actor)
        return actor

    def _check(self, token: str) -> tuple[Actor, int]:
        kid = _part(token, 0)["kid"]
        decoded = jwt.decode(token, self._keys[kid], algorithms=[ALGORITHM])
        claims = _claims(token)
        if decoded.header.get("typ") != TOKEN_TYPE or set(decoded.header) != {"alg", "kid", "typ"}:
            raise ValueError("not an inner token")
        now = time.time()
        issued, expires = claims["iat"], claims["exp"]
        if type(issued) is not int or type(expires) is not int:
            raise ValueError("times must be integers")
        if claims["aud"] != self.service or claims["iss"] != service_of(kid) or claims["sub"] != claims["account"]:
            raise ValueError("addressed to somebody else")
        if expires < now - LEEWAY_S or issued > now + LEEWAY_S or expires - issued > INNER_TOKEN_LIFE_S:
            raise ValueError("out of time")
        actor = Actor.of(claims, service_of(kid))
        return actor, expires


def service_of(kid: str) -> str:
    """The service whose key this is: `gateway` of `gateway` and of `gateway.2`."""
    return kid.split(".", 1)[0]


_TEXTS = frozenset(
    {"iss", "aud", "sub", "jti", "account", "person", "office", "office_name", "level", "sector", "purpose"}
)
_LISTS = frozenset({"roles", "permissions", "scope"})
_LATER_LISTS = frozenset({"delegations", "offices_before"})
"""Lists that may be missing."""


def _claims(token: str) -> dict[str, Any]:
    """The claims, if they are those of an inner token and nothing else, each of its own kind."""
    claims = _part(token, 1)
    needed, known = _TEXTS | _LISTS | {"iat", "exp"}, set(claims)
    if not needed <= known <= needed | _LATER_LISTS:
        raise ValueError("other claims than those of an inner token")
    lists = [claims[name] for name in known & (_LISTS | _LATER_LISTS)]
    texts = [claims[name] for name in _TEXTS]
    if not all(type(one) is list for one in lists):
        raise ValueError("a list is none")
    if not all(type(one) is str for one in [*texts, *(item for one in lists for item in one)]):
        raise ValueError("a text is none")
    if "" in claims["scope"]:
        raise ValueError("an area without a code would be everywhere")
    return claims


def _part(token: str, index: int) -> dict[str, Any]:
    """The header (0) or the claims (1), in which no member stands twice."""
    from joserfc.util import urlsafe_b64decode

    text = urlsafe_b64decode(token.split(".", 2)[index].encode("ascii", "strict"))
    part = json.loads(text, object_pairs_hook=_each_once)
    if not isinstance(part, dict):
        raise ValueError("not an object")
    return part


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member twice")
    return members


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


_TOKEN = Depends(HTTPBearer(auto_error=False, scheme_name="bearer", description="access token of the gateway"))
"""Says in the contract that a token is needed. What it is worth `routing.UnitOfWorkRoute` has looked at before: a
dependency that asks once more would cost each request as much as finding its route."""


def current_actor(request: Request) -> Actor:
    """The actor of this request. Refuses the anonymous."""
    values = request.headers.getlist("authorization")
    if len(values) != 1 or not values[0].lower().startswith("bearer "):
        raise Unauthenticated()
    tokens: InnerTokens = request.app.state.tokens
    return tokens.check(values[0][7:].strip())


async def _asking(request: Request) -> Actor:
    # What only looks something up is async throughout the chassis: a plain function would be sent to a thread.
    return current_actor(request)


CurrentActor = Annotated[Actor, Depends(_asking)]


def require_declared(actor: Actor, declared: str) -> None:
    """Refuse whom an operation's x-permission does not let in: `service:` names issuers, anything else a right."""
    if declared.startswith(_SERVICES):
        admitted = actor.issuer in declared.removeprefix(_SERVICES).split(",")
    else:
        admitted = actor.issuer == GATEWAY and actor.may(declared)
    if not admitted:
        raise Forbidden()


def needs(permission: str, *, money: bool = False) -> dict[str, Any]:
    """Route arguments: only an actor sent by the gateway with `permission` gets in.

    With `money`, the request must carry an Idempotency-Key.
    """
    extra: dict[str, Any] = {"x-permission": permission}
    if money:
        extra["x-idempotency-key"] = "required"
    return {"dependencies": [_TOKEN], "openapi_extra": extra}


def needs_service(*issuers: str) -> dict[str, Any]:
    """Route arguments of an internal operation: only these services get in, for whatever actor."""
    return {"dependencies": [_TOKEN], "openapi_extra": {"x-permission": _SERVICES + ",".join(issuers)}}


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
