"""`python -m services.funds.rotate_keys [--status]`: move payees' accounts to the first seal key, beside the service.

Reads LIKA_FUNDS_* or secret files, as the service does. Put the new key in front of the key file, start the service
anew so that it opens both, run this, and take the old line out when no value needs it.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from services.funds.operations import key_rotation
from services.funds.settings import Settings
from services.funds.storage.sealing import Seals
from shared.chassis import seal_keys
from shared.chassis.database import Database


def main(arguments: list[str] | None = None) -> int:
    """0: everything is under the key in use. 1: something is left."""
    parser = argparse.ArgumentParser(prog="python -m services.funds.rotate_keys", description=__doc__)
    parser.add_argument("--status", action="store_true", help="count values by key, change nothing")
    chosen = parser.parse_args(arguments)
    return asyncio.run(_run(Settings(), chosen.status))


async def _run(settings: Settings, only_status: bool) -> int:
    seals = Seals.from_file(settings.seal_key_file, settings.seal_cipher)
    database = Database(settings.database_url, 1)
    try:
        if not only_status:
            outcome = await key_rotation.rotate(database, seals)
            print(f"{outcome.moved:,} values moved to {seals.present}, opened and compared")
            for row in sorted(outcome.unreadable):
                print(f"cannot be opened 无法解密: payee_accounts {row}", file=sys.stderr)
        counted = await key_rotation.status(database)
    finally:
        await database.close()
    print("\n".join(told(counted, seals, settings.seal_key_file)))
    return 1 if key_rotation.stale(counted, seals) else 0


def told(counted: dict[str, int], seals: Seals, key_file: Path) -> list[str]:
    """Values by key, then of every line but the first whether it may go."""
    lines = [f"payee_accounts.account {key} {seal_keys.cipher_of(key)} {number:,}" for key, number in counted.items()]
    return [*lines, *seal_keys.verdicts(counted, key_file, seals.present)]


if __name__ == "__main__":
    sys.exit(main())
