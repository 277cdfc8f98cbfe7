"""Where a request comes from, and the networks a machine may come from."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

MOST = 32
LEAST_PREFIX = {4: 8, 6: 16}
"""A wider network than this allows next to everybody: that is said by giving none."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def network(text: str) -> Network | None:
    """The network `text` stands for, host bits unset; None when it is none or next to everything."""
    try:
        found = ipaddress.ip_network(text.strip())
    except ValueError:
        return None
    return found if found.prefixlen >= LEAST_PREFIX[found.version] else None


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Networks as they were kept."""
    return tuple(ipaddress.ip_network(text) for text in texts)


def admits(allowed: Iterable[Network], peer: str) -> bool:
    """Whether an address lies in one of the networks; any does when there are none."""
    listed = tuple(allowed)
    if not listed:
        return True
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address.version == one.version and address in one for one in listed)


def caller(peer: str, forwarded: str, trusted: Iterable[Network]) -> str:
    """Who is at the far end: the peer, or behind trusted proxies the last address none of them is.

    `forwarded` is X-Forwarded-For. Each proxy adds whom it heard from at the end, so it is read from there, and only
    as far as proxies we trust wrote it: what the caller wrote in front of it is not believed.
    """
    known = tuple(trusted)
    found = peer
    for hop in reversed(forwarded.split(",")):
        if not known or not admits(known, found):
            break
        try:
            found = str(ipaddress.ip_address(hop.strip()))
        except ValueError:
            break
    return found
