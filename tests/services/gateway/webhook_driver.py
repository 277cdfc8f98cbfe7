"""One delivery worker in a process of its own, to be killed: database, seal key file and lease as arguments."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from services.gateway.domain.webhooks import AddressRules
from services.gateway.operations.sealing import Seals
from services.gateway.operations.webhook_worker import Pace, WebhookWorker
from services.gateway.upstream.webhooks import WebhookCalls
from shared.chassis.database import Database


async def main(dsn: str, seal_key_file: Path, lease_s: float) -> None:
    calls = WebhookCalls(AddressRules((), loopback=True), 20.0)
    await WebhookWorker(Database(dsn), Seals(seal_key_file), calls, Pace(4, 2, lease_s, 0.05)).run_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3])))
