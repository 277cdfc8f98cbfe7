"""`python -m services.gateway.rotate_keys FILE init|rotate|revoke|status`: keys of access tokens, without restart.

FILE is `LIKA_GATEWAY_TOKEN_RING_FILE`, in a folder mounted as a folder. `init --from PEM` takes over the key used so
far; `rotate` lets the next key sign; `revoke KID` ends a key at once, for when it may be in other hands: whoever holds
a token of it signs in anew, by refresh token. Running gateways follow within a second.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from services.gateway.domain import token_ring
from services.gateway.domain.token_ring import Ring
from services.gateway.operations.token_keys import first_ring, fresh_key
from services.gateway.storage import token_rings


def main(arguments: list[str] | None = None) -> int:
    """0: done. 1: refused, nothing changed."""
    parser = argparse.ArgumentParser(prog="python -m services.gateway.rotate_keys", description=__doc__)
    parser.add_argument("file", type=Path)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("init").add_argument("--from", dest="pem", type=Path, required=True)
    verbs.add_parser("rotate")
    verbs.add_parser("revoke").add_argument("kid")
    verbs.add_parser("status")
    chosen = parser.parse_args(arguments)
    try:
        ring = _changed(chosen)
    except token_ring.TooEarly:
        return _refused(f"the next key must have been published for {token_ring.SETTLED_S} s")
    except token_ring.Unknown:
        return _refused("no live key has this kid; see status")
    except (OSError, ValueError) as error:
        return _refused(str(error))
    if chosen.verb != "status":
        token_rings.write(chosen.file, ring)
    print("\n".join(told(ring)))
    return 0


def _changed(chosen: argparse.Namespace) -> Ring:
    now = int(time.time())
    if chosen.verb == "init":
        if chosen.file.exists():
            raise ValueError(f"{chosen.file} exists: rotate it")
        return first_ring(chosen.pem.read_bytes(), now)
    ring = token_rings.read(chosen.file)
    if chosen.verb == "rotate":
        return token_ring.rotated(ring, now, fresh_key)
    return token_ring.revoked(ring, chosen.kid, now, fresh_key) if chosen.verb == "revoke" else ring


def told(ring: Ring) -> list[str]:
    """One line for each key; nothing secret."""
    lines = [f"present {ring.present.kid}", f"next    {ring.next.kid}"]
    lines += [f"old     {key.kid} until {time.strftime('%FT%TZ', time.gmtime(key.until))}" for key in ring.old]
    return lines + [f"revoked {kid}" for kid in ring.revoked]


def _refused(why: str) -> int:
    print(why, file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
