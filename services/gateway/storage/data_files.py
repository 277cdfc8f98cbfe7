"""The rows that ship with the service: roles, what they may do, where they exist; common passwords."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from services.gateway.domain.roles import RoleBook, RoleRow

HOTLINE = "12317"
"""The telephone of complaints about aid to the poor (扶贫监督举报电话)."""
FOLDER = Path(__file__).resolve().parents[1] / "data"


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of one csv file."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@cache
def role_book() -> RoleBook:
    """The whole table of roles."""
    permissions: dict[str, set[str]] = defaultdict(set)
    for row in rows("role_permissions"):
        permissions[row["role"]].add(row["permission"])
    offices: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in rows("role_offices"):
        offices[row["role"]].add((row["level"], row["sector"]))
    return RoleBook(
        roles={row["code"]: RoleRow(row["code"], row["zh"], row["en"], row["kind"]) for row in rows("roles")},
        permissions={role: frozenset(found) for role, found in permissions.items()},
        offices={role: frozenset(found) for role, found in offices.items()},
        conflicts=frozenset(frozenset((row["kind"], row["other_kind"])) for row in rows("role_conflicts")),
        sectors={row["code"]: (row["zh"], row["en"]) for row in rows("sectors")},
        grants={(row["granter_level"], row["role"]): row["reach"] for row in rows("role_grants")},
        lending={row["role"]: row["acceptance"] == "yes" for row in rows("role_lending")},
        texts={row["code"]: (row["zh"], row["en"]) for row in rows("permissions")},
    )


@cache
def common_passwords() -> frozenset[str]:
    """Passwords everybody tries first, in lower case."""
    return frozenset(row["password"].lower() for row in rows("common_passwords"))


@cache
def complaint_kinds() -> dict[str, dict[str, str]]:
    """Kinds of complaints by code, each with the sector whose office handles it."""
    return {row["code"]: row for row in rows("complaint_kinds")}


@cache
def trail_actions() -> dict[str, str]:
    """What was looked at or done, in Chinese, by its action on the trails."""
    return {row["action"]: row["zh"] for row in rows("trail_actions")}
