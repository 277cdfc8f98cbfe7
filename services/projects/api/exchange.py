"""HTTP of what projects share with departments. Only the gateway asks, as a department under its grant."""

from __future__ import annotations

from services.projects.storage.exchange import FEEDS
from shared.chassis.exchange import feed_router

internal = feed_router("projects", FEEDS)
