"""`python -m torture` (`make torture`): a million operations and a thousand kills, or fewer."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import tempfile
from pathlib import Path

from deploy.local.progress import Reporter
from torture.run import Orders, torture


def main() -> int:
    parser = argparse.ArgumentParser(prog="torture", description="Kill services and PostgreSQL under load.")
    parser.add_argument("--operations", type=int, default=1_000_000)
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument(
        "--asynchronous-commit", action="store_true", help="control: acknowledge before the disk has it; must lose"
    )
    given = parser.parse_args()
    orders = Orders(given.operations, given.kills, given.seed, durable_commits=not given.asynchronous_commit)
    with tempfile.TemporaryDirectory(prefix="lika-torture-") as folder:
        Path(folder).chmod(0o755)
        report = asyncio.run(torture(Path(folder), orders, Reporter().say))
    print("\n".join(report.lines()))
    return 0 if report.clean else 1


if __name__ == "__main__":
    sys.exit(main())
