"""Logging: one JSON line per event, with the trace id and nothing personal."""

from __future__ import annotations

import logging
import sys
from typing import Any

# Lines are JSON: structlog would load rich for terminals, 3.5 MiB and 50 ms of every service.
sys.modules.setdefault("rich", None)  # type: ignore[arg-type]
import structlog  # noqa: E402

if sys.modules["rich"] is None:
    del sys.modules["rich"]

from shared.chassis import trace  # noqa: E402


def _add_trace(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    event["trace_id"] = trace.trace_id()
    return event


def configure(service: str) -> None:
    """Send structured lines of this service to standard error; uvicorn's own access log stays off."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _add_trace,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(service=service)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    for name in ("httpx", "httpx2", "asyncio", "sqlalchemy.engine", "python_multipart"):
        logging.getLogger(name).setLevel(logging.ERROR)


def logger() -> Any:
    """The structured logger. Never pass it a body, a header value or an identity."""
    return structlog.get_logger()
