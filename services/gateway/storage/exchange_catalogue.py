"""The catalogue of shared items as it ships with the service."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from services.gateway.domain.exchange import Item, ItemField
from services.gateway.storage.data_files import rows


@cache
def catalogue() -> dict[str, Item]:
    """Every item by code, in the order of the file."""
    fields: dict[str, list[ItemField]] = defaultdict(list)
    for row in rows("exchange_fields"):
        fields[row["item"]].append(ItemField(row["name"], row["type"], row["zh"], row["personal"] == "yes"))
    return {
        row["code"]: Item(
            **{name: row[name] for name in (
                "code", "zh", "en", "direction", "service", "feed", "sharing", "owner_sector", "granularity", "rhythm",
                "basis", "source",
            )},
            purposes=tuple(row["purposes"].split("|")),
            fields=tuple(fields[row["code"]]),
        )
        for row in rows("exchange_items")
    }  # fmt: skip


@cache
def waits() -> tuple[int, ...]:
    """Seconds to wait before each further attempt to deliver a webhook."""
    found = sorted((int(row["attempt"]), int(row["wait_s"])) for row in rows("webhook_retries"))
    return tuple(wait for _, wait in found)
