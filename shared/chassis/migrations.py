"""Schema migrations of one service: Alembic, run by the owner role; the app role gets rights by table."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, MetaData, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.chassis.database import Database, async_url
from shared.chassis.tables import APPEND_ONLY

if TYPE_CHECKING:
    from alembic.config import Config

ROOT = Path(__file__).resolve().parents[2]


def config(service: str, owner_dsn: str = "") -> Config:
    """Alembic's configuration for one service. Alembic is imported where it is used: a running service needs none."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(ROOT / "services" / service / "migrations"))
    settings.set_main_option("path_separator", "os")
    settings.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    settings.attributes["owner_dsn"] = owner_dsn
    return settings


async def require_current(service: str, database: Database) -> None:
    """Refuse to start on any schema but the newest."""
    head = max((path.name[:4] for path in _versions(service).glob("[0-9]*.py")), default=None)
    async with database.engine.connect() as connection:
        known = await connection.scalar(text("select to_regclass('alembic_version') is not null"))
        present = await connection.scalar(text("select version_num from alembic_version")) if known else None
    if present != head:
        raise RuntimeError(f"the schema of {service} is at {present}, this code needs {head}: run migrations first")


def _versions(service: str) -> Path:
    return ROOT / "services" / service / "migrations" / "versions"


def run(
    metadata: list[MetaData], app_role: str, append_only: frozenset[str], read_only: frozenset[str] = frozenset()
) -> None:
    """Body of a service's `migrations/env.py`: migrate under a lock, then grant the app role its rights."""
    asyncio.run(_run(metadata, app_role, append_only, read_only))


async def _run(metadata: list[MetaData], app_role: str, append_only: frozenset[str], read_only: frozenset[str]) -> None:
    from alembic import context

    engine = create_async_engine(async_url(context.config.attributes["owner_dsn"]), poolclass=NullPool)

    def migrate(connection: Connection) -> None:
        connection.execute(text("select pg_advisory_xact_lock(7410)"))
        connection.execute(text("set local lock_timeout = '5s'"))
        context.configure(
            connection=connection, target_metadata=metadata, compare_type=True, transaction_per_migration=False
        )
        context.run_migrations()
        grant(connection, app_role, append_only | APPEND_ONLY, read_only)

    async with engine.begin() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


def grant(
    connection: Connection, app_role: str, append_only: frozenset[str], read_only: frozenset[str] = frozenset()
) -> None:
    """Give the app role select on all, insert where not read only, update and delete where not append only either.

    Tables are read only to it that functions of the owner write, and the version table.
    """
    role = connection.dialect.identifier_preparer.quote(app_role)
    exists = connection.execute(text("select 1 from pg_roles where rolname = :role"), {"role": app_role}).first()
    if exists is None:
        raise RuntimeError(f"the role {app_role} does not exist: create databases and roles first")
    tables = [row[0] for row in connection.execute(text("select tablename from pg_tables where schemaname = 'public'"))]
    for table in tables:
        name = connection.dialect.identifier_preparer.quote(table)
        connection.execute(text(f"revoke all on {name} from {role}"))
        if table == "alembic_version" or table in read_only:
            rights = "select"
        elif table in append_only:
            rights = "select, insert"
        else:
            rights = "select, insert, update, delete"
        connection.execute(text(f"grant {rights} on {name} to {role}"))
    connection.execute(text(f"grant usage on all sequences in schema public to {role}"))


def main(service: str, owner_dsn: str) -> None:
    """`python -m services.<name>.migrations upgrade|downgrade|check|revision [argument]`."""
    from alembic import command

    verb, *rest = sys.argv[1:] or ["upgrade"]
    settings = config(service, owner_dsn)
    if verb == "upgrade":
        command.upgrade(settings, rest[0] if rest else "head")
    elif verb == "downgrade":
        command.downgrade(settings, rest[0] if rest else "-1")
    elif verb == "check":
        command.check(settings)
    elif verb == "revision":
        existing = sorted(_versions(service).glob("[0-9]*.py"))
        command.revision(settings, message=rest[0], autogenerate=True, rev_id=f"{len(existing) + 1:04d}")
    else:
        raise SystemExit("verbs: upgrade, downgrade, check, revision")
