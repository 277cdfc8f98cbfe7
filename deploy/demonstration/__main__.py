"""`python -m deploy.demonstration` (`make demonstration`): load the demonstration into a suite that runs anywhere.

The first administrator and the first operator are there already; their first passwords come from files, and are changed
here, as everybody's are, if that was not done yet. All sign-ins are kept in the folder, which also remembers how far a
load came.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import httpx2 as httpx

from deploy.demonstration import load
from deploy.demonstration.accounts import ADMINISTRATOR, OPERATOR, Book
from deploy.demonstration.client import LoadFailed
from deploy.local.progress import Reporter


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0 when the demonstration is there, loaded now or before."""
    given = _parser().parse_args(arguments)
    try:
        passwords = {
            ADMINISTRATOR: _password(given.administrator_password_file),
            OPERATOR: _password(given.operator_password_file),
        }
        given.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        print(f"未能读取 / could not read: {error}", file=sys.stderr)
        return 1

    def agree(book: Book) -> None:
        for username, password in passwords.items():
            book.set_first_password(username, password)

    place = load.Place(given.address.rstrip("/"), given.folder.resolve())
    reporter = Reporter()
    reporter.say(f"loading into {place.address}, sign-ins in {place.folder}")
    try:
        load.ensure_loaded(place, reporter, agree)
        print(load.summary(place), flush=True)
    except (LoadFailed, httpx.HTTPError) as error:
        print(f"未能装入 / could not load: {error or type(error).__name__}", file=sys.stderr)
        return 1
    return 0


def _password(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip("\r\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.demonstration", description=__doc__)
    parser.add_argument("--address", required=True, help="where the gateway answers, such as http://127.0.0.1:8000")
    parser.add_argument("--folder", required=True, type=Path, help="keeps demo-accounts.json and demonstration.json")
    parser.add_argument("--administrator-password-file", required=True, type=Path)
    parser.add_argument("--operator-password-file", required=True, type=Path)
    return parser


if __name__ == "__main__":
    sys.exit(main())
