"""`python -m services.gateway.rotate_seal_key [--status]`: move sealed values to the first seal key.

Complaints and their files, secrets of webhooks and of second factors, beside the running gateway. Reads
LIKA_GATEWAY_* or secret files, as the gateway does, and works as the owner role. Put the new key in front of the key
file, start the gateway anew so that it opens both, run this, and take the old line out when no value needs it.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections import Counter
from pathlib import Path

from services.gateway.operations import key_rotation
from services.gateway.operations.key_rotation import Counted
from services.gateway.operations.sealing import Seals
from services.gateway.settings import Settings
from services.gateway.storage.key_rotation import owner_engine
from shared.chassis import seal_keys


def main(arguments: list[str] | None = None) -> int:
    """0: everything is under the key in use. 1: something is left, or it could not be done."""
    parser = argparse.ArgumentParser(prog="python -m services.gateway.rotate_seal_key", description=__doc__)
    parser.add_argument("--status", action="store_true", help="count values by key, change nothing")
    chosen = parser.parse_args(arguments)
    settings = Settings()
    if not settings.owner_database_url:
        print("LIKA_GATEWAY_OWNER_DATABASE_URL is needed: keys are changed as the owner role", file=sys.stderr)
        return 1
    return asyncio.run(_run(settings, chosen.status))


async def _run(settings: Settings, only_status: bool) -> int:
    seals = Seals(settings.seal_key_file, settings.seal_cipher)
    engine = owner_engine(settings.owner_database_url)
    try:
        if not only_status:
            outcome = await key_rotation.rotate(engine, seals, _tell)
            print(f"{outcome.moved:,} values moved to {seals.present}, opened and compared")
            for place in sorted(outcome.unreadable):
                print(f"cannot be opened 无法解密: {' '.join(place)}", file=sys.stderr)
        counted = await key_rotation.status(engine)
    finally:
        await engine.dispose()
    print("\n".join(told(counted, seals, settings.seal_key_file)))
    return 1 if key_rotation.stale(counted, seals) else 0


def _tell(table: str, moved: int) -> None:
    print(f"{table}: {moved:,} values moved", file=sys.stderr)


def told(counted: Counted, seals: Seals, key_file: Path) -> list[str]:
    """Values by place and key, then of every line but the first whether it may go."""
    lines = [
        f"{table}.{column} {key} {seal_keys.cipher_of(key)} {number:,}"
        for (table, column, key), number in counted.items()
    ]
    by_key: Counter[str] = Counter()
    for (_, _, key), number in counted.items():
        by_key[key] += number
    return [*lines, *seal_keys.verdicts(by_key, key_file, seals.present)]


if __name__ == "__main__":
    sys.exit(main())
