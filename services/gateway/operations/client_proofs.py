"""Whether a machine is who it says: by secret, or by an assertion it signed (private_key_jwt, RFC 7523)."""

from __future__ import annotations

import hmac
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.gateway.domain import client_addresses, client_assertions
from services.gateway.domain.client_assertions import Assertion
from services.gateway.domain.signing_keys import algorithms_of
from services.gateway.operations.digests import digest
from services.gateway.operations.foreign_jwts import header_of, verified
from services.gateway.storage import clients
from services.gateway.storage.accounts import AccountRow
from services.gateway.storage.tables import KEY, SECRET, ClientCredential

TOKEN_ENDPOINT = "/api/v1/auth/token"


@dataclass(frozen=True, slots=True)
class Proof:
    """What a machine shows of itself: one of the two."""

    client_id: str
    secret: str = ""
    assertion: str = ""


class ClientProofs:
    """Checks proofs. Assertions are addressed to the issuer or to its token endpoint."""

    def __init__(self, issuer: str) -> None:
        self._audiences = frozenset({issuer, issuer + TOKEN_ENDPOINT})

    async def fault(self, session: AsyncSession, row: AccountRow | None, proof: Proof, peer: str) -> str:
        """What is wrong, as it stands in the trail; empty when the proof is good and the address allowed."""
        if row is None:
            return "unknown_name"
        client_id = row[0].id
        kind = KEY if proof.assertion else SECRET
        live = await clients.credentials(session, client_id, kind=kind)
        if kind == SECRET:
            mark = digest(proof.secret)
            matches = [hmac.compare_digest(one.mark, mark) for one in live]
            fault = "" if proof.secret and any(matches) else "wrong_secret"
        else:
            fault = await self._assertion_fault(session, client_id, live, proof.assertion)
        if fault:
            return fault
        allowed = client_addresses.networks(await clients.addresses(session, client_id))
        return "" if client_addresses.admits(allowed, peer) else "wrong_address"

    async def _assertion_fault(
        self, session: AsyncSession, client_id: str, keys: Sequence[ClientCredential], text: str
    ) -> str:
        found = self._read(client_id, keys, text)
        if found is None:
            return "wrong_assertion"
        until = datetime.fromtimestamp(found.expires + client_assertions.LEEWAY_S, UTC)
        fresh = await clients.use_assertion(session, digest(f"{client_id}\n{found.jti}"), until)
        return "" if fresh else "assertion_reused"

    def _read(self, client_id: str, keys: Sequence[ClientCredential], text: str) -> Assertion | None:
        """The words of an assertion one of the machine's keys signed."""
        header = header_of(text)
        if header is None or not client_assertions.header_is_good(header):
            return None
        for one in keys:
            jwk = one.public_key or {}
            if header.get("kid", one.mark) not in (one.mark, jwk.get("kid")):
                continue
            if header["alg"] not in algorithms_of(jwk):
                continue
            claims = verified(text, jwk, header["alg"])
            if claims is None:
                continue
            return client_assertions.read_assertion(claims, client_id, self._audiences, time.time())
        return None
