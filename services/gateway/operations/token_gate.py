"""From the token of a request to what it is worth now. Every refusal is counted and noted, and none says why."""

from __future__ import annotations

from services.gateway.domain.access_tokens import AccessClaims
from services.gateway.operations.access_tokens import AccessTokens, Fault
from services.gateway.operations.external_tokens import ExternalTokens
from services.gateway.operations.refused_tokens import RefusedTokens
from services.gateway.operations.rights import Rights, RightsDesk
from shared.refusals import Unauthenticated


class TokenGate:
    """Our own tokens, and the external issuer's where one is set."""

    def __init__(
        self, tokens: AccessTokens, external: ExternalTokens | None, rights: RightsDesk, refused: RefusedTokens
    ) -> None:
        self._tokens = tokens
        self._external = external
        self._rights = rights
        self._refused = refused

    def known(self, token: str) -> AccessClaims | None:
        """The claims of a token found good before."""
        found = self._tokens.known(token)
        if found is None and self._external is not None:
            return self._external.known(token)
        return found

    async def check(self, token: str, peer: str) -> AccessClaims:
        """The claims of a good token; Unauthenticated for any other."""
        if self._external is not None and self._external.claims_to_be(token):
            found = await self._external.judge(token, peer)
        else:
            found = self._tokens.judge(token)
        if isinstance(found, Fault):
            self._refused.note(found.reason, peer, found.account)
            raise Unauthenticated()
        return found

    def believed(self, claims: AccessClaims) -> Rights | None:
        """What the token's sign-in is worth, if that was read just now and holds everywhere; None to ask `rights`."""
        rights = self._rights.believed(claims)
        return None if rights is None or rights.networks else rights

    async def rights(self, claims: AccessClaims, peer: str) -> Rights:
        """What the token's sign-in is worth now, from this address."""
        try:
            rights = await self._rights.current(claims)
        except Unauthenticated:
            self._refused.note("session_over", peer, claims.account)
            raise
        try:
            rights.require_address(peer)
        except Unauthenticated:
            self._refused.note("wrong_address", peer, claims.account)
            raise
        return rights
