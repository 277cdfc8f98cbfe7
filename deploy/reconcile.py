"""`python -m deploy.reconcile --days 30`: compare funds and projects, and name every operation they differ in.

Runs with the settings of funds (LIKA_FUNDS_* or secret files) beside running services; ends with 1 when a difference
wants explaining, with 2 when projects did not answer. For a timer every hour, and for hand.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import timedelta

from services.funds.operations.reconciliation import Span, compare
from services.funds.settings import Settings
from shared.chassis import clock
from shared.chassis.database import Database
from shared.chassis.identity import InnerTokens
from shared.chassis.peers import Peer
from shared.refusals import Unavailable
from shared.schemas.funds_reconciliation import Reconciliation

PATIENCE_S = 30.0
"""Nobody waits for the answer."""


async def reconcile(settings: Settings, area: str, days: int) -> Reconciliation:
    """The comparison of the last so many days of asking."""
    database = Database(settings.database_url, 1)
    tokens = InnerTokens("funds", settings.inner_key_file, settings.inner_jwks_file)
    peer = Peer("projects", settings.projects_url, tokens, PATIENCE_S)
    today = clock.office_today()
    try:
        async with database.session(read_only=True) as session:
            return await compare(session, peer, Span(area, today - timedelta(days=days), today))
    finally:
        await peer.close()
        await database.close()


def main() -> int:
    parser = argparse.ArgumentParser(prog="reconcile", description="Compare funds and projects.")
    parser.add_argument("--division", default="00", help="only this area; 00 is the country")
    parser.add_argument("--days", type=int, default=30)
    given = parser.parse_args()
    try:
        found = asyncio.run(reconcile(Settings(), given.division, given.days))
    except Unavailable:
        print("项目服务无应答,未作比对 / projects did not answer: nothing was compared", file=sys.stderr)
        return 2
    print(f"days {found.days_compared}  operations {found.operations}  funded {found.funded_fen} fen")
    for one in found.differences:
        print(one.model_dump_json())
    for project in found.over_committed:
        print(project.model_dump_json())
    for allocation in found.unagreed:
        print(allocation.model_dump_json())
    print(f"differences {len(found.differences)}  unexplained {found.unexplained}")
    return 1 if found.unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
