"""`python -m deploy.agree_fundings [division]`: agree approved allocations with projects they were never told of.

From before there were operations with projects, and of opening books. Runs with the settings of funds beside running
services; may be repeated. Exit status 0 when every allocation is agreed, 1 when one was refused or waits.
"""

from __future__ import annotations

import argparse
import asyncio
import sys

from services.funds.operations import funding_agreements
from services.funds.settings import Settings
from shared.chassis.database import Database
from shared.chassis.identity import InnerTokens
from shared.chassis.peers import Peer
from shared.chassis.scope import NATION


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m deploy.agree_fundings", description="agree old allocations")
    parser.add_argument("division", nargs="?", default=NATION, help="an area's code; everything without one")
    parser.add_argument("--again", action="store_true", help="ask also about what projects refused before")
    given = parser.parse_args(arguments)
    report = asyncio.run(_agree(Settings(), given.division, given.again))
    print("\n".join(told(report)), flush=True)
    return 1 if report.refused or report.waiting else 0


async def _agree(settings: Settings, area: str, again: bool) -> funding_agreements.Report:
    database = Database(settings.database_url, 2)
    tokens = InnerTokens("funds", settings.inner_key_file, settings.inner_jwks_file)
    peer = Peer("projects", settings.projects_url, tokens, settings.peer_timeout_s)
    try:
        return await funding_agreements.agree(database, peer, area, again=again)
    finally:
        await peer.close()
        await database.close()


def told(report: funding_agreements.Report) -> list[str]:
    """The report, a line each."""
    lines = [f"已与项目方核对 / agreed: {report.agreed:,} allocations, {report.agreed_fen:,} fen"]
    lines += [f"项目方不认可 / refused: allocation {row}: {why}" for row, why in sorted(report.refused.items())]
    return [*lines, f"等待项目方 / waiting for projects: {report.waiting:,}"] if report.waiting else lines


if __name__ == "__main__":
    sys.exit(main())
