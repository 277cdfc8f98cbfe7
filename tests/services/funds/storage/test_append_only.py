"""What was written stays: no role changes or removes it, and the ledger is written through its function alone."""

from __future__ import annotations

import asyncpg

from services.funds.storage.tables import APPEND_ONLY, READ_ONLY, Base
from shared.chassis.tables import APPEND_ONLY as CHASSIS_APPEND_ONLY
from tests.services.funds.books import Books
from tests.services.funds.world import World
from tests.support import server

VERBS = ("insert", "update", "delete", "truncate")
LEDGER = ("ledger_transfers", "ledger_chains", "ledger_accounts")


async def test_the_app_role_cannot_change_history(world: World) -> None:
    await world.paid(await world.allocation(await world.money(1_000), 1_000), 500)
    tables = sorted(APPEND_ONLY | READ_ONLY | CHASSIS_APPEND_ONLY)
    assert await allowed(world, "app", tables, VERBS[1:]) == set()
    assert await allowed(world, "app", sorted(READ_ONLY), ("insert",)) == set()


async def test_no_role_changes_what_was_posted(world: World) -> None:
    await world.paid(await world.allocation(await world.money(1_000), 1_000), 500)
    found = set()
    for role in ("app", "owner"):
        found |= await allowed(world, role, LEDGER, VERBS[1:])
    assert found == set()
    held = await Books(world.funds).rows(
        "select r.role || ' ' || t.name || ' ' || v.verb as right from"
        " unnest(array['lika_funds_app']) r (role), unnest($1::text[]) t (name), unnest($2::text[]) v (verb)"
        " where has_table_privilege(r.role, t.name, v.verb)",
        LEDGER,
        VERBS,
    )
    assert [row["right"] for row in held] == ["lika_funds_app ledger_accounts insert"]


async def test_a_right_given_by_mistake_turns_the_matrix_red(world: World) -> None:
    await world.paid(await world.allocation(await world.money(1_000), 1_000), 500)
    books = Books(world.funds)
    await books.tamper("grant update on decisions to lika_funds_app")
    assert await allowed(world, "app", ["decisions"], VERBS[1:]) == {("app", "decisions", "update")}
    await books.tamper(
        "grant delete on ledger_transfers to lika_funds_app", "drop trigger refuse_change on ledger_transfers"
    )
    assert ("app", "ledger_transfers", "delete") in await allowed(world, "app", LEDGER, VERBS[1:])


async def test_only_the_posting_function_is_the_app_roles(world: World) -> None:
    rows = await Books(world.funds).rows(
        "select proname, prosecdef, proconfig from pg_proc where pronamespace = 'public'::regnamespace"
        " and proname ~ 'transfer|ledger' and prorettype <> 'trigger'::regtype"
        " and has_function_privilege('lika_funds_app', oid, 'execute')"
    )
    assert [(row["proname"], row["prosecdef"]) for row in rows] == [("post_transfers", True)]
    assert "search_path=pg_catalog, public, pg_temp" in rows[0]["proconfig"]


async def allowed(world: World, role: str, tables: object, verbs: tuple[str, ...]) -> set[tuple[str, str, str]]:
    """What of this matrix the database let the role do; each attempt is undone."""
    connection = await asyncpg.connect(server.dsn("funds", role, world.funds.database))
    found = set()
    try:
        for table in tables:  # type: ignore[attr-defined]
            column = await connection.fetchval(
                "select column_name from information_schema.columns"
                " where table_name = $1 and is_identity = 'NO' limit 1",
                table,
            )
            statements = {
                "insert": f"insert into {table} default values",
                "update": f'update {table} set "{column}" = "{column}"',
                "delete": f"delete from {table}",
                "truncate": f"truncate {table} cascade",
            }
            for verb in verbs:
                change = connection.transaction()
                await change.start()
                try:
                    await connection.execute(statements[verb])
                    found.add((role, table, verb))
                except asyncpg.InsufficientPrivilegeError:
                    pass
                except asyncpg.IntegrityConstraintViolationError:
                    if verb == "insert" or role == "app":
                        found.add((role, table, verb))
                finally:
                    await change.rollback()
    finally:
        await connection.close()
    return found


async def test_every_append_only_table_exists() -> None:
    assert set(Base.metadata.tables) >= APPEND_ONLY | READ_ONLY
