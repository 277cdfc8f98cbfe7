"""`python -m services.gateway.bootstrap`: the first administrator and the first operator of an empty suite.

Does nothing when anybody has an account already. Passwords come from files and are never printed.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
from pathlib import Path

from services.gateway.operations.first_start import FirstAccount, first_start
from services.gateway.operations.passwords import Passwords
from services.gateway.settings import Settings
from shared.chassis.database import Database
from shared.refusals import Refusal

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,63}", re.ASCII)


def main(arguments: list[str] | None = None) -> int:
    """Exit status 0 when the accounts are there, made now or before; 1 when a name or password is refused."""
    given = _parser().parse_args(arguments)
    wanted = [_account(given.username, given.password_file, "account_admin", "账号管理员")]
    if given.operator_username:
        wanted.append(_account(given.operator_username, given.operator_password_file, "operator", "运维人员"))
    try:
        made = asyncio.run(_run(Settings(), wanted))
    except Refusal as refusal:
        print(f"refused: {refusal.en} ({refusal.code})", file=sys.stderr)
        return 1
    print("first accounts made" if made else "accounts exist already, nothing done")
    return 0


async def _run(settings: Settings, wanted: list[FirstAccount]) -> bool:
    database = Database(settings.database_url, 1)
    try:
        async with database.session() as session:
            return await first_start(session, Passwords(), wanted)
    finally:
        await database.close()


def _account(username: str, password_file: Path | None, role: str, person_name: str) -> FirstAccount:
    if password_file is None:
        raise SystemExit(f"a password file is needed for {role}")
    if not _USERNAME.fullmatch(username):
        raise SystemExit("a user name is 3 to 64 lower-case letters, digits, dots, hyphens or underscores")
    return FirstAccount(username, password_file.read_text(encoding="utf-8").strip("\r\n"), role, person_name)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m services.gateway.bootstrap", description=__doc__)
    parser.add_argument("--username", required=True)
    parser.add_argument("--password-file", required=True, type=Path)
    parser.add_argument("--operator-username", default="")
    parser.add_argument("--operator-password-file", type=Path)
    return parser


if __name__ == "__main__":
    sys.exit(main())
