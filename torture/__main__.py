"""`python -m torture` (`make torture`): a million operations and a thousand kills, or fewer."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import signal
import sys
import tempfile
from pathlib import Path

from deploy.local.progress import Reporter
from torture.load import Book
from torture.run import Orders, Report, torture

STOPS = (signal.SIGINT, signal.SIGTERM)


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
        try:
            report = asyncio.run(_run(Path(folder), orders))
        except asyncio.CancelledError:
            print("stopped, nothing compared", file=sys.stderr)
            return 130
    print("\n".join(report.lines()))
    return 0 if report.clean else 1


async def _run(folder: Path, orders: Orders) -> Report:
    """The first Ctrl-C ends the load, and what was done till then is compared; the second ends everything."""
    loop, book, running = asyncio.get_running_loop(), Book(), asyncio.current_task()

    def stop() -> None:
        if book.closed and running is not None:
            running.cancel()
        book.close()

    for number in STOPS:
        loop.add_signal_handler(number, stop)
    return await torture(folder, orders, Reporter().say, book)


if __name__ == "__main__":
    sys.exit(main())
