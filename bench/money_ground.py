"""Books to measure on: a funds database on the run's server, with accounts that hold enough, and pgbench beside it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url

from bench.ground import Ground, connect
from deploy import databases, secret_files
from deploy.local.postgres import POSTGRES_BIN_PATH
from deploy.local.processes import ROOT

FUNDS = "funds"
ACCOUNTS = 10_000
"""Accounts that give, and as many that take."""
HELD_FEN = 1_000_000_000
SCALE = 20
"""Of pgbench's own tables: more branches than clients."""
CLIENTS = 16
BATCH = 500
BOOK = "341622"
_VALUES = ("$3::bigint", "'move'::text", "current_date", "'bench'::text", "1::bigint", "null::bigint", "null::text")
_FILLED = ", ".join(f"array_fill({value}, array[cardinality($2::bigint[])])" for value in _VALUES)
MANY = (
    f"select refusal from post_transfers('{BOOK}', 'bench', now(),"  # noqa: S608 - texts of this file
    f" array_fill($1::bigint, array[cardinality($2::bigint[])]), $2::bigint[], {_FILLED})"
)
"""One call that moves $3 fen from account $1 to each of the accounts $2."""


@dataclass(frozen=True, slots=True)
class Books:
    """A migrated funds database, its accounts by id, and who may post."""

    ground: Ground
    source: int
    giving: int
    taking: int

    @property
    def app_dsn(self) -> str:
        return dsn(self.ground, "app")

    def pgbench(self, seconds: float, *arguments: str) -> float:
        """Transactions per second of pgbench over so long: of a script upon the books, or of its own tables."""
        return pgbench(self.app_dsn if "-f" in arguments else self.ground.admin_dsn, seconds, *arguments)


def pgbench(where: str, seconds: float, *arguments: str) -> float:
    """Transactions per second of pgbench in the database of a DSN over so long, from 16 connections."""
    url = make_url(where)
    done = _run_pgbench(
        str(url.password), "-h", str(url.host), "-p", str(url.port), "-U", str(url.username), "-M", "prepared",
        "-c", str(CLIENTS), "-j", "2", "-T", str(max(1, round(seconds))), "-n", *arguments, str(url.database),
    )  # fmt: skip
    line = next(line for line in done.splitlines() if line.startswith("tps"))
    return float(line.split()[2])


def dsn(ground: Ground, kind: str, database: str | None = None) -> str:
    """The DSN of one role of funds, to its own database or to another."""
    whole = databases.dsn_of(ground.admin_dsn, FUNDS, kind, databases.password_of(ground.secrets, FUNDS, kind))
    return whole if database is None else whole.rsplit("/", 1)[0] + "/" + database


async def books(ground: Ground) -> Books:
    """Migrate, open the accounts, let them hold money, and fill pgbench's tables."""
    await asyncio.to_thread(migrate, ground)
    connection = await connect(dsn(ground, "app"))
    try:
        source = await _opened(connection, "source", 1)
        giving = await _opened(connection, "receipt", ACCOUNTS)
        taking = await _opened(connection, "allocation", ACCOUNTS)
        for first in range(0, ACCOUNTS, BATCH):
            await connection.fetch(MANY, source, [giving + first + n for n in range(BATCH)], HELD_FEN)
    finally:
        await connection.close()
    await tpc_b(ground)
    return Books(ground, source, giving, taking)


async def tpc_b(ground: Ground) -> None:
    """Fill pgbench's own tables, in the administrator's database."""
    url = make_url(ground.admin_dsn)
    await asyncio.to_thread(
        _run_pgbench, str(url.password), "-h", str(url.host), "-p", str(url.port), "-U", str(url.username), "-i", "-q",
        "-s", str(SCALE), str(url.database),
    )  # fmt: skip


async def _opened(connection: Any, kind: str, accounts: int) -> int:
    """The id of the first of so many new accounts; the others follow it."""
    rows = await connection.fetch(
        "insert into ledger_accounts (kind, owner_id, division_code, fund_year, fund_kind, batch)"
        " select $1, n, $2, 2025, 'bench', '' from generate_series(1, $3::int) n returning id",
        kind, BOOK, accounts,
    )  # fmt: skip
    return min(int(row[0]) for row in rows)


def migrate(ground: Ground, database: str | None = None) -> None:
    """Bring the tables of funds into its own database, or into another."""
    done = subprocess.run(
        [sys.executable, "-m", f"services.{FUNDS}.migrations", "upgrade"],
        env=os.environ | environment(ground, database),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the migrations failed:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")


def environment(ground: Ground, database: str | None = None) -> dict[str, str]:
    """The variables of a funds service upon these books, without its port."""
    values = {
        "DATABASE_URL": dsn(ground, "app", database),
        "OWNER_DATABASE_URL": dsn(ground, "owner", database),
        "INNER_KEY_FILE": str(ground.secrets / secret_files.inner_key(FUNDS)),
        "INNER_JWKS_FILE": str(ground.secrets / secret_files.JWKS),
        "SEAL_KEY_FILE": str(ground.secrets / "funds_seal_key"),
    }
    return {f"LIKA_FUNDS_{name}": value for name, value in values.items()}


def _run_pgbench(password: str, *arguments: str) -> str:
    done = subprocess.run(
        [str(Path(POSTGRES_BIN_PATH) / "pgbench"), *arguments],
        env=os.environ | {"PGPASSWORD": password},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"pgbench failed:\n{done.stderr[-2000:]}")
    return done.stdout
