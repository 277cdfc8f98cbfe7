"""`python -m services.registry.rotate_keys [--status | --index]`: change the registry's keys (deploy/README.md)."""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from pathlib import Path

from services.registry.operations import index_rotation, key_rotation
from services.registry.operations.key_rotation import AlreadyRunning
from services.registry.settings import Settings
from services.registry.storage.key_rotation import Counted, owner_engine
from services.registry.storage.sealing import Seals
from shared.chassis import seal_keys

LINE_EVERY_S = 2.0
WIDTH = 30


class Bar:
    """How far a walk came: a bar on a terminal, a line every two seconds elsewhere."""

    def __init__(self) -> None:
        self._began = self._told = time.monotonic()
        self._table = ""

    def tell(self, table: str, done: int, total: int) -> None:
        now = time.monotonic()
        if table != self._table:
            self._table, self._began, self._told = table, now, 0.0
        if done < total and now - self._told < (0.2 if sys.stderr.isatty() else LINE_EVERY_S):
            return
        self._told = now
        speed = done / (now - self._began) if now > self._began else 0.0
        filled = WIDTH if total == 0 else WIDTH * done // total
        line = f"{table}: [{'#' * filled}{'.' * (WIDTH - filled)}] {done:,}/{total:,} rows, {speed:,.0f} rows/s"
        terminal = sys.stderr.isatty()
        print(f"\r{line}  " if terminal else line, end="\n" if not terminal or done >= total else "", file=sys.stderr)


def main(arguments: list[str] | None = None) -> int:
    """0: everything is under the key in use. 1: something is left, or it could not be done."""
    parser = argparse.ArgumentParser(prog="python -m services.registry.rotate_keys", description=__doc__)
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--status", action="store_true", help="count values by key, change nothing")
    group.add_argument("--index", action="store_true", help="index numbers under a new index key; service stopped")
    chosen = parser.parse_args(arguments)
    settings = Settings()
    if not settings.owner_database_url:
        print("LIKA_REGISTRY_OWNER_DATABASE_URL is needed: keys are changed as the owner role", file=sys.stderr)
        return 1
    return asyncio.run(_run(settings, chosen))


async def _run(settings: Settings, chosen: argparse.Namespace) -> int:
    seals = Seals.from_files(settings.seal_key_file, settings.index_key_file, settings.seal_cipher)
    engine = owner_engine(settings.owner_database_url)
    try:
        if chosen.index:
            changed = await index_rotation.reindex(engine, seals, Bar().tell)
            print(f"{changed:,} people indexed under the key {seals.index_key_name}; the older line may be removed")
            return 0
        if not chosen.status:
            outcome = await key_rotation.rotate(engine, seals, Bar().tell)
            print(f"{outcome.values:,} values in {outcome.rows:,} rows moved to {seals.present}, opened and compared")
            for place in sorted(outcome.unreadable):
                print(f"cannot be opened 无法解密: {place.table} {place.row} {place.column}", file=sys.stderr)
        return _say_status(await key_rotation.status(engine), seals, settings.seal_key_file)
    except AlreadyRunning:
        print("another change of keys is running 另一密钥更换正在进行", file=sys.stderr)
    except index_rotation.ServiceRunning:
        print("stop the registry first: somebody is connected 请先停止户籍服务", file=sys.stderr)
    except index_rotation.PersonTwice:
        print(
            "two active people have the same number; nothing was changed 有两人证件号码相同,未作改动", file=sys.stderr
        )
    finally:
        await engine.dispose()
    return 1


def _say_status(counted: list[Counted], seals: Seals, key_file: Path) -> int:
    for row in counted:
        mark = "in use" if row.key == seals.present else "known" if row.key in seals.known else "NOT IN THE KEY FILE"
        place = f"{row.table}.{row.column}"
        print(f"{place:46} {row.key:10} {seal_keys.cipher_of(row.key):24} {row.values:>14,}  {mark}")
    by_key: Counter[str] = Counter()
    for row in counted:
        by_key[row.key] += row.values
    print("\n".join(seal_keys.verdicts(by_key, key_file, seals.present)))
    return 1 if key_rotation.stale(counted, seals) else 0


if __name__ == "__main__":
    sys.exit(main())
