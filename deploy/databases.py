"""Databases and roles of the suite on any PostgreSQL server: per service one database, one owner, one app role.

`python -m deploy.databases` reads the administrator's DSN from LIKA_DATABASE_URL (or the secret file
`lika_database_url`) and the role passwords from the secrets folder. It changes nothing that is already right.
"""

from __future__ import annotations

import asyncio
import os
import secrets as random_secrets
from pathlib import Path

import asyncpg
from sqlalchemy.engine import URL, make_url

SERVICES = ("registry", "projects", "funds", "gateway")


def role(service: str, kind: str) -> str:
    """Name of a service's `owner` or `app` role."""
    return f"lika_{service}_{kind}"


def database(service: str) -> str:
    """Name of a service's database."""
    return f"lika_{service}"


def dsn_of(admin_dsn: str, service: str, kind: str, password: str) -> str:
    """The DSN of one role of one service on the administrator's server."""
    url = make_url(admin_dsn).set(
        drivername="postgresql", username=role(service, kind), password=password, database=database(service)
    )
    return url.render_as_string(hide_password=False)


def password_of(secrets_dir: Path, service: str, kind: str) -> str:
    """The role's password from its secret file; made on first use, readable by the owner only."""
    path = secrets_dir / f"{role(service, kind)}_password"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(random_secrets.token_urlsafe(24))
    return path.read_text().strip()


async def ensure(admin_dsn: str, secrets_dir: Path) -> None:
    """Create what is missing and set the passwords; safe to run again and again."""
    admin = await asyncpg.connect(plain_dsn(make_url(admin_dsn)))
    try:
        for service in SERVICES:
            for kind in ("owner", "app"):
                await _ensure_role(admin, role(service, kind), password_of(secrets_dir, service, kind))
            await _ensure_database(admin, service)
    finally:
        await admin.close()
    for service in SERVICES:
        await _close_to_others(make_url(admin_dsn), service)


def plain_dsn(url: URL) -> str:
    """The DSN without SQLAlchemy's driver name."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


async def _ensure_role(admin: asyncpg.Connection, name: str, password: str) -> None:
    quoted = await admin.fetchval("select quote_literal($1)", password)
    if await admin.fetchval("select 1 from pg_roles where rolname = $1", name):
        # Only what an administrator without superuser rights may set again.
        await admin.execute(f"alter role {name} login password {quoted}")
        return
    await admin.execute(f"create role {name} login nosuperuser nocreatedb nocreaterole noreplication password {quoted}")


async def _ensure_database(admin: asyncpg.Connection, service: str) -> None:
    name, owner = database(service), role(service, "owner")
    if await admin.fetchval("select 1 from pg_database where datname = $1", name):
        return
    await admin.execute(f"grant {owner} to current_user")
    await admin.execute(
        f"create database {name} owner {owner} template template0 encoding 'UTF8' "
        "locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'"
    )


async def _close_to_others(admin_url: URL, service: str) -> None:
    """Only the service's own two roles may connect; the app role may use, the owner may create."""
    owner, app = role(service, "owner"), role(service, "app")
    connection = await asyncpg.connect(plain_dsn(admin_url.set(database=database(service))))
    try:
        await connection.execute(f"revoke all on database {database(service)} from public")
        await connection.execute(f"grant connect, temporary on database {database(service)} to {owner}, {app}")
        await connection.execute("revoke all on schema public from public")
        await connection.execute(f"grant usage, create on schema public to {owner}")
        await connection.execute(f"grant usage on schema public to {app}")
    finally:
        await connection.close()


def main() -> None:
    folder = Path(os.environ.get("LIKA_SECRETS_DIR", "/run/secrets"))
    dsn = os.environ.get("LIKA_DATABASE_URL") or (folder / "lika_database_url").read_text().strip()
    asyncio.run(ensure(dsn, folder))
    print("databases and roles are in place", flush=True)


if __name__ == "__main__":
    main()
