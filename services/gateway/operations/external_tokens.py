"""Access tokens of the external issuer: checked against its keys, and each a sign-in of the account it is tied to."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from services.gateway.domain.access_tokens import AccessClaims
from services.gateway.domain.external_tokens import (
    ALGORITHMS,
    MAX_LENGTH,
    ExternalClaims,
    header_fault,
    read_external,
)
from services.gateway.operations.access_tokens import Fault
from services.gateway.operations.digests import digest
from services.gateway.operations.foreign_jwts import claims_of, header_of, verified
from services.gateway.operations.sign_in import record
from services.gateway.storage import accounts, issuer_links, sessions
from services.gateway.storage.tables import SignedIn
from services.gateway.upstream.issuer import IssuerFault, IssuerKeys
from shared.chassis import clock
from shared.chassis.database import Database
from shared.refusals import Unavailable

REMEMBERED = 10_000
GRANT = "external"


class ExternalTokens:
    """Knows the tokens of one issuer. A token is a sign-in: listed, ended and noted in the trail like any other."""

    def __init__(
        self,
        database: Database,
        keys: IssuerKeys,
        issuer: str,
        audience: str,
        algorithms: tuple[str, ...],
        longest_s: int,
    ) -> None:
        self._database = database
        self._keys = keys
        self._issuer, self._audience, self._longest_s = issuer, audience, longest_s
        self._algorithms = tuple(one for one in ALGORITHMS if one in algorithms)
        self._good: dict[str, AccessClaims] = {}
        self._generation = keys.generation

    def claims_to_be(self, token: str) -> bool:
        """Whether a token says it is the issuer's: nothing is believed yet."""
        return len(token) <= MAX_LENGTH and (claims_of(token) or {}).get("iss") == self._issuer

    def known(self, token: str) -> AccessClaims | None:
        """The claims of a token found good before, while it lasts and no key has gone since."""
        if self._generation != self._keys.generation:
            self._good.clear()
            self._generation = self._keys.generation
        found = self._good.get(token)
        return found if found is not None and found.expires > time.time() else None

    async def judge(self, token: str, peer: str) -> AccessClaims | Fault:
        """The claims of a good token, as ours would have them; Unavailable when the issuer was never reached."""
        await self._keys.freshen()
        known = self.known(token)
        if known is not None:
            return known
        claims = await self._checked(token)
        if isinstance(claims, Fault):
            return claims
        async with self._database.session(read_only=True) as session:
            account = await issuer_links.account_of(session, self._issuer, claims.subject)
        if account is None:
            return Fault("unknown_subject")
        found = await self._begun(token, account, claims, peer)
        if len(self._good) >= REMEMBERED:
            self._good.clear()
        self._good[token] = found
        return found

    async def _checked(self, token: str) -> ExternalClaims | Fault:
        header = header_of(token)
        if header is None:
            return Fault("malformed")
        fault = header_fault(header, self._algorithms)
        if fault:
            return Fault(fault)
        try:
            key = await self._keys.key(header["kid"], header["alg"])
        except IssuerFault as error:
            raise Unavailable() from error
        if key is None:
            return Fault("unknown_key")
        stated = verified(token, key, header["alg"])
        if stated is None:
            return Fault("wrong_signature")
        found = read_external(stated, self._issuer, self._audience, self._longest_s, time.time())
        return Fault(found) if isinstance(found, str) else found

    async def _begun(self, token: str, account_id: str, claims: ExternalClaims, peer: str) -> AccessClaims:
        """Begin the token's sign-in, once: one that was ended is not begun again by the same token.

        It is named by what is signed, not by the signature, which can be spelled in more than one way.
        """
        session_id = "x" + digest(token.rsplit(".", 1)[0])[:48]
        signed_in = SignedIn(
            id=session_id,
            account_id=account_id,
            started_at=clock.now(),
            expires_at=datetime.fromtimestamp(claims.expires, UTC),
            ended_at=None,
            ended_because="",
            grant=GRANT,
            peer=peer,
            last_used_at=clock.now(),
            second_factor=claims.second_factor,
        )
        async with self._database.session() as session:
            if await sessions.begin_external(session, signed_in):
                found = await accounts.get_own(session, account_id)
                if found is not None:
                    record(session, GRANT, "disabled" if found[0].disabled else "signed_in", found[0], found[1], peer)
        return AccessClaims(account_id, session_id, claims.expires)
