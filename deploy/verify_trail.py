"""Whether an exported trail is what was sealed: `python -m deploy.verify_trail EXPORT --keys KEYS --checkpoints FILES`.

Needs this one file, Python 3.11 and `cryptography`; asks no system. It shares no code with what made the export, so
that a fault there is not a fault here too. EXPORT is the NDJSON of `GET /api/v1/<service>/trail/export`; KEYS the JWKS
of `/.well-known/trail-keys.json`, kept from before; FILES hold checkpoints, one compact JWS a line: the anchor file of
the service, or what `GET /api/v1/<service>/trail/checkpoints` gave at other times.

Exit code 0: nothing was changed up to the last checkpoint. 1: the first difference is told. 2: could not be read.
Without checkpoints a chain that was cut at its end, or made anew as a whole, looks good: it then says so.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import struct
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

FORM = "lika-trail-1"
CHECKPOINT_TYPE = "lika-trail-checkpoint+jws"


class Difference(Exception):
    """The export is not what was sealed."""

    def __init__(self, what: str, sequence: int | None = None, kind: str = "", row_id: int | None = None) -> None:
        place = [f"sequence {sequence}"] if sequence is not None else []
        place += [f"{kind} row {row_id}"] if row_id is not None else []
        super().__init__(": ".join([", ".join(place), what] if place else [what]))
        self.what, self.sequence, self.kind, self.row_id = what, sequence, kind, row_id


class Unreadable(Exception):
    """Something given is not in the form it must be in."""


@dataclass
class Verdict:
    """What was found to be in order."""

    service: str = ""
    first: int = 0
    last: int = 0
    withheld: int = 0
    """Rows of offices outside the exporter's area: their links are followed, their texts were not given."""
    unsealed: int = 0
    """Rows newer than the last link."""
    checkpoints: int = 0
    """Signed checkpoints the chain runs through."""
    anchored: int = 0
    """The last sequence a checkpoint stands for; what follows rests on the export alone."""


@dataclass
class _Chain:
    """The chain as far as it was read."""

    service: str
    sequence: int
    hash: bytes
    checkpoints: Mapping[int, bytes]
    rows: dict[str, int] = field(default_factory=dict)
    """By kind the last row linked."""
    met: set[int] = field(default_factory=set)


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def keys_of(document: Mapping[str, Any]) -> dict[str, Ed25519PublicKey]:
    """The Ed25519 keys of a JWKS by thumbprint (RFC 7638)."""
    keys = {}
    for key in document["keys"]:
        if key.get("kty") == "OKP" and key.get("crv") == "Ed25519":
            members = json.dumps({"crv": "Ed25519", "kty": "OKP", "x": key["x"]}, separators=(",", ":"))
            mark = base64.urlsafe_b64encode(hashlib.sha256(members.encode()).digest()).decode().rstrip("=")
            keys[mark] = Ed25519PublicKey.from_public_bytes(_decoded(key["x"]))
    return keys


def checkpoints_of(lines: Iterable[str], service: str, keys: Mapping[str, Ed25519PublicKey]) -> dict[int, bytes]:
    """The hash by sequence of the service's checkpoints. Difference for one nobody known signed, or two that differ."""
    found: dict[int, bytes] = {}
    for line in filter(None, (line.strip() for line in lines)):
        try:
            head, payload, signature = line.split(".")
            header, claims = json.loads(_decoded(head)), json.loads(_decoded(payload))
            key, signed = keys.get(header["kid"]), _decoded(signature)
            whose, sequence, hashed = claims["service"], int(claims["sequence"]), bytes.fromhex(claims["hash"])
        except (ValueError, KeyError, TypeError) as error:
            raise Unreadable("a line of the checkpoints is no checkpoint") from error
        if whose != service:
            continue
        if key is None or header.get("typ") != CHECKPOINT_TYPE:
            raise Difference("a checkpoint is signed with no key known", sequence)
        try:
            key.verify(signed, f"{head}.{payload}".encode())
        except InvalidSignature:
            raise Difference("a checkpoint's signature is false", sequence) from None
        if found.setdefault(sequence, hashed) != hashed:
            raise Difference("two checkpoints say different things: the chain was made anew", sequence)
    return found


def _parsed(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        try:
            item = json.loads(line)
        except ValueError as error:
            raise Unreadable(f"line {number} of the export is no JSON") from error
        if not isinstance(item, dict):
            raise Unreadable(f"line {number} of the export is no object")
        yield item


def verify(
    lines: Iterable[str], keys: Mapping[str, Ed25519PublicKey], anchors: Iterable[str] = (), longest_lag_s: int = 3600
) -> Verdict:
    """Follow the chain from its first link to its last. Difference names the first thing that is not as sealed."""
    items = _parsed(lines)
    head = next(items, {})
    if head.get("export") != FORM or not isinstance(head.get("service"), str):
        raise Unreadable("the export does not begin with its head")
    checkpoints = checkpoints_of(anchors, head["service"], keys)
    chain = _begin(head, checkpoints)
    verdict = Verdict(service=chain.service, first=chain.sequence + 1)
    for item in items:
        if "sequence" in item:
            _follow(chain, item)
            verdict.withheld += item.get("withheld") is True
        elif "unsealed" in item:
            _loose(chain, item, str(head.get("at", "")), longest_lag_s)
            verdict.unsealed += 1
        elif "end" in item:
            verdict.last = _at_end(chain, item)
            break
    else:
        raise Difference("the export breaks off", chain.sequence)
    if next(items, None) is not None:
        raise Difference("the export goes on behind its end", chain.sequence)
    missed = sorted(sequence for sequence in checkpoints if sequence > chain.sequence)
    if missed:
        raise Difference(f"the chain ends here, a checkpoint stands for {missed[-1]}: its tail was cut", chain.sequence)
    verdict.checkpoints, verdict.anchored = len(chain.met), max(chain.met, default=0)
    return verdict


def _begin(head: Mapping[str, Any], checkpoints: Mapping[int, bytes]) -> _Chain:
    service, after = head["service"], int(head.get("after", 0))
    if after == 0:
        return _Chain(service, 0, hashlib.sha256(f"{FORM}\n{service}".encode()).digest(), checkpoints)
    if after not in checkpoints:
        raise Unreadable(f"the export begins behind sequence {after}, for which there is no checkpoint")
    return _Chain(service, after, checkpoints[after], checkpoints, {str(k): int(v) for k, v in head["rows"].items()})


def _follow(chain: _Chain, item: Mapping[str, Any]) -> None:
    """One link: in its place, its row there and unchanged, its hash over all before it, as the checkpoints say."""
    try:
        sequence, kind, row_id, text = int(item["sequence"]), str(item["kind"]), int(item["row_id"]), item["row"]
        row_hash, chain_hash = bytes.fromhex(item["row_hash"]), bytes.fromhex(item["chain_hash"])
        link = struct.pack(">Q", sequence) + kind.encode() + b"\0" + struct.pack(">Q", row_id) + row_hash
    except (ValueError, KeyError, TypeError, struct.error) as error:
        raise Unreadable(f"the link behind sequence {chain.sequence} is not in the form of links") from error
    if sequence != chain.sequence + 1:
        raise Difference("a link is missing, or there is one too many", chain.sequence + 1, kind, row_id)
    if item.get("withheld") is True:
        if item.get("matches") is not True:
            raise Difference("the row was changed", sequence, kind, row_id)
    elif text is None:
        raise Difference("the row was deleted", sequence, kind, row_id)
    elif hashlib.sha256(str(text).encode()).digest() != row_hash:
        raise Difference("the row was changed", sequence, kind, row_id)
    elif _id_of(str(text)) != row_id:
        raise Difference("the row is another one", sequence, kind, row_id)
    if row_id <= chain.rows.get(kind, 0):
        raise Difference("the rows are not in their order", sequence, kind, row_id)
    made = hashlib.sha256(chain.hash + link).digest()
    if made != chain_hash:
        raise Difference("the link does not fit what came before it", sequence, kind, row_id)
    if chain.checkpoints.get(sequence, made) != made:
        raise Difference("the chain is another one than the checkpoint signed", sequence, kind, row_id)
    if sequence in chain.checkpoints:
        chain.met.add(sequence)
    chain.sequence, chain.hash, chain.rows[kind] = sequence, made, row_id


def _id_of(text: str) -> int:
    try:
        return int(json.loads(text)["id"])
    except (ValueError, KeyError, TypeError):
        return -1


def _loose(chain: _Chain, item: Mapping[str, Any], exported_at: str, longest_lag_s: int) -> None:
    """A row no link stands for: right only if it is newer than all linked, and too new to have been."""
    try:
        kind, row_id, row = str(item["unsealed"]), int(item["row_id"]), json.loads(item["row"])
        age = datetime.fromisoformat(exported_at) - datetime.fromisoformat(row["at"])
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable("a row behind the chain is not in the form of rows") from error
    if row_id <= chain.rows.get(kind, 0):
        raise Difference("the row was put in later: nothing was sealed for it", None, kind, row_id)
    if age.total_seconds() > longest_lag_s:
        raise Difference("the row should have been sealed long ago", None, kind, row_id)


def _at_end(chain: _Chain, item: Mapping[str, Any]) -> int:
    if item["end"] != chain.sequence:
        raise Difference("links at the end of the export are missing", chain.sequence)
    return chain.sequence


def _anchors(text: str) -> list[str]:
    """The checkpoints of an anchor file, or of a page as the service gives them."""
    return [item["signed"] for item in json.loads(text)["items"]] if text.startswith("{") else text.splitlines()


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="verify_trail", description="Check an exported trail against its checkpoints."
    )
    parser.add_argument("export", type=Path, help="NDJSON of GET /api/v1/<service>/trail/export")
    parser.add_argument("--keys", type=Path, required=True, help="JWKS of /.well-known/trail-keys.json")
    parser.add_argument("--checkpoints", type=Path, nargs="*", default=[], help="files of checkpoints, one a line")
    parser.add_argument("--longest-lag", type=int, default=3600, help="seconds a row may stay unsealed (3600)")
    given = parser.parse_args(arguments)
    try:
        keys = keys_of(json.loads(given.keys.read_text("utf-8")))
        anchors = [line for path in given.checkpoints for line in _anchors(path.read_text("ascii"))]
        with given.export.open(encoding="utf-8") as lines:
            verdict = verify(lines, keys, anchors, given.longest_lag)
    except Difference as difference:
        print(f"NOT AS SEALED  {difference}")
        return 1
    except (Unreadable, OSError, ValueError, KeyError, TypeError) as error:
        print(f"UNREADABLE  {error}", file=sys.stderr)
        return 2
    print(
        f"as sealed: {verdict.service}, sequences {verdict.first} to {verdict.last}, {verdict.checkpoints} checkpoints "
        f"met, the last at {verdict.anchored}; {verdict.unsealed} rows not yet sealed"
    )
    if verdict.withheld:
        print(f"{verdict.withheld} rows of other areas were not given: for them the service's word stands")
    if verdict.anchored < verdict.last:
        print(f"no checkpoint stands for {verdict.anchored + 1} to {verdict.last}: these rest on the export alone")
    return 0


if __name__ == "__main__":
    sys.exit(main())
