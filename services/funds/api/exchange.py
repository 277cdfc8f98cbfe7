"""HTTP of what funds share with departments. Only the gateway asks, as a department under its grant."""

from __future__ import annotations

from services.funds.storage.exchange import FEEDS
from shared.chassis.exchange import feed_router

internal = feed_router("funds", FEEDS)
