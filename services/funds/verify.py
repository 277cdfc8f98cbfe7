"""`python -m services.funds.verify [division]`: recompute the whole ledger, or an area's, and say the first difference.

Then the sums progress is answered from are compared with the transfers; `--mend-sums` makes them anew from these
first.

Reads LIKA_FUNDS_DATABASE_URL or its secret file, as the service does; any role that may read will do.
Exit status 0 when everything agrees, 1 when not.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time

from pydantic_settings import BaseSettings

from services.funds.operations import spending_sums
from services.funds.operations.ledger import verified_whole
from services.funds.settings import Settings
from shared.chassis.database import Database
from shared.chassis.scope import NATION
from shared.schemas.funds_views import LedgerVerification


class Reached(BaseSettings):
    """Where the books are."""

    model_config = Settings.model_config

    database_url: str


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m services.funds.verify", description="recompute the ledger")
    parser.add_argument("division", nargs="?", default=NATION, help="an area's code; everything without one")
    parser.add_argument("--mend-sums", action="store_true", help="make the sums by day anew from the transfers")
    given = parser.parse_args(arguments)
    return asyncio.run(_verify(Reached().database_url, given.division, given.mend_sums))


async def _verify(dsn: str, area: str, mend: bool) -> int:
    database = Database(dsn, 1)
    try:
        began = time.monotonic()
        done = await verified_whole(database, area)
        print(told(done, time.monotonic() - began), flush=True)
        if mend:
            began = time.monotonic()
            count = await spending_sums.rebuild(database)
            print(f"支出汇总已重建 / sums made anew: {count:,} transfers, {time.monotonic() - began:.1f} s", flush=True)
        differing = await spending_sums.differing(database)
        outcome = f"支出汇总不一致 / sums that differ: {differing:,}" if differing else "支出汇总一致 / the sums agree"
        print(outcome, flush=True)
        return 0 if done.ok and not differing else 1
    finally:
        await database.close()


def told(done: LedgerVerification, seconds: float) -> str:
    """The outcome in one or two lines."""
    counted = f"{done.transfers:,} transfers, {done.accounts:,} accounts, {seconds:.1f} s"
    first = done.first_difference
    if first is None:
        return f"账目一致 / the ledger agrees: {counted}"
    places = {"transfer": first.transfer_id, "account": first.account_id, "number": first.number}
    where = ", ".join(f"{name} {place}" for name, place in places.items() if place is not None)
    return f"账目不一致 / the ledger differs: {counted}\n{first.what}: book {first.book}, {where}"


if __name__ == "__main__":
    sys.exit(main())
