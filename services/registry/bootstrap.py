"""`python -m services.registry.bootstrap`: bring the country's divisions into the register, or those of another list.

Safe to run again: what is there stays as it is. Needs the registry's settings, as the service has them.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from datetime import date
from pathlib import Path

from services.registry.domain.division_lists import COUNTRY, ListFacts
from services.registry.operations.division_loads import Loaded, load_country
from services.registry.settings import Settings
from shared.refusals import Refusal

LINE_EVERY_S = 2.0


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0 when the divisions are there, 1 when the file is refused (nothing is inserted then)."""
    given = _parser().parse_args(arguments)
    facts = ListFacts(given.valid_from, given.source) if given.valid_from and given.source else None
    try:
        loaded = asyncio.run(load_country(Settings().database_url, given.file, Lines(), facts))
    except Refusal as refusal:
        print(f"refused: {explain(refusal)}", file=sys.stderr)
        return 1
    print(summary(loaded))
    return 0


def explain(refusal: Refusal) -> str:
    """A refusal as one line for a person at a terminal."""
    facts = ", ".join(f"{name} {value}" for name, value in refusal.facts.items())
    return f"{refusal.zh} / {refusal.en} ({refusal.code}{', ' + facts if facts else ''})"


def summary(loaded: Loaded) -> str:
    """What a load did, for a person at a terminal."""
    if not loaded.inserted:
        return f"nothing changed 没有变化: {loaded.present:,} divisions were there already ({loaded.seconds:.1f} s)"
    left_out = f", {loaded.left_out:,} left out below closed divisions" if loaded.left_out else ""
    return f"{loaded.inserted:,} divisions inserted, {loaded.present:,} there before{left_out} ({loaded.seconds:.1f} s)"


class Lines:
    """Progress as plain lines, one every other second: a service's image carries no terminal library."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, doing: str, done: int, total: int) -> None:
        if done < total and time.monotonic() - self._last < LINE_EVERY_S:
            return
        self._last = time.monotonic()
        filled = 20 * done // total if total else 20
        print(f"{doing} [{'#' * filled}{'.' * (20 - filled)}] {done:,}/{total:,}", flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.registry.bootstrap", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, default=COUNTRY, help="csv or csv.gz; the country's without it")
    parser.add_argument("--valid-from", type=date.fromisoformat, help="the day another list is taken from")
    parser.add_argument("--source", default="", help="where another list comes from")
    return parser


if __name__ == "__main__":
    sys.exit(main())
