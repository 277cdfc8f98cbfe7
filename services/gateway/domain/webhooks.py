"""Webhooks: which addresses may be told, how a telling is signed (Standard Webhooks), and when it is tried again."""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from standardwebhooks import Webhook

from services.gateway.domain.refusals.exchange import AddressNotAllowed

SECRET_PREFIX = "whsec_"
CIRCUIT_AFTER = 5
CIRCUIT_S = (60, 300, 900)
"""How long an endpoint is left alone after failing so often in a row; the last from then on."""
JITTER = 0.2
GONE = 410
_NAME = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class AddressRules:
    """`hosts` are the operator's: a name, or `.name` for every host below it. `loopback` is for demonstrations."""

    hosts: tuple[str, ...]
    loopback: bool

    def require(self, url: str) -> None:
        """Refuse an address that may never be told, whatever its name leads to."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port
        except ValueError as error:
            raise AddressNotAllowed() from error
        plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
        if not plain or not host or port == 0 or parts.username is not None or parts.password is not None:
            raise AddressNotAllowed()
        if parts.fragment or "#" in url:
            raise AddressNotAllowed()
        literal = literal_of(host)
        if literal is not None:
            if not (self.loopback and literal.is_loopback and parts.scheme in ("http", "https")):
                raise AddressNotAllowed()
        elif parts.scheme != "https" or not _NAME.fullmatch(host) or not self._named(host):
            raise AddressNotAllowed()

    def _named(self, host: str) -> bool:
        return any(host == known or (known.startswith(".") and host.endswith(known)) for known in self.hosts)

    def admits(self, address: str) -> bool:
        """Whether a connection may go to this address: asked when it is made, of every address a name leads to."""
        literal = literal_of(address)
        if literal is None:
            return False
        return (self.loopback and literal.is_loopback) or reachable_by_anybody(literal)


def literal_of(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0].strip("[]"))
    except ValueError:
        return None


def reachable_by_anybody(address: Address) -> bool:
    """A public unicast address, and no private one in the clothes of another."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo[1] if address.teredo else None)
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner is not None:
            return reachable_by_anybody(inner)
        if address.is_site_local:
            return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_link_local)


def secret_text(raw: bytes) -> str:
    """A secret as it is shown: `whsec_` and base64."""
    return SECRET_PREFIX + base64.b64encode(raw).decode()


def headers(secrets: Sequence[str], message_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of one telling; one signature for each secret in force, the newest first."""
    sent_at, text = datetime.fromtimestamp(timestamp, UTC), body.decode()
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(Webhook(secret).sign(message_id, sent_at, text) for secret in secrets),
    }


def wait_before(attempts: int, waits: Sequence[int], chance: float) -> timedelta | None:
    """How long to wait after so many failed attempts; None when it is given up. `chance` lies between 0 and 1."""
    if attempts > len(waits):
        return None
    return timedelta(seconds=waits[attempts - 1] * (1 - JITTER + 2 * JITTER * chance))


def rest_of_circuit(failures: int) -> timedelta | None:
    """How long an endpoint is left alone after so many failures in a row; None while it is not."""
    if failures < CIRCUIT_AFTER:
        return None
    return timedelta(seconds=CIRCUIT_S[min(failures // CIRCUIT_AFTER, len(CIRCUIT_S)) - 1])


def arrived(status: int | None) -> bool:
    return status is not None and 200 <= status < 300
