"""An import followed over the running suite: its events come through the gateway as it goes on."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tests.services.registry.sheets import csv_bytes, family
from tests.support.suite import RunningSuite

IMPORTS = "/api/v1/registry/household-imports"
VILLAGE = "341622106205"
FAMILIES = 1_000


def events(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Kind and data of each event (WHATWG, server-sent events)."""
    kind = ""
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "event":
            kind = value
        elif name == "data":
            yield kind, json.loads(value)


def test_an_import_is_followed_through_the_gateway_while_it_goes_on(suite: RunningSuite) -> None:
    officer = suite.person("xutuan.officer")
    rows = [row for serial in range(FAMILIES) for row in family(str(serial), village=VILLAGE)]
    sent = officer.upload(IMPORTS, "people.csv", csv_bytes(rows, "utf-8"), dry_run="true")
    assert sent.status_code == 202, sent.text
    path = f"{IMPORTS}/{sent.json()['id']}"
    with officer.stream(f"{path}/events") as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        coming = events(answer.iter_lines())
        kind, first = next(coming)
        then = officer.get(path).json()
        rest = list(coming)
    assert (kind, first["state"] in ("queued", "running")) == ("progress", True)
    assert then["state"] in ("queued", "running"), "the first event came when all was over"
    assert [kind for kind, _ in rest[:-1]] == ["progress"] * (len(rest) - 1)
    kind, last = rest[-1]
    assert (kind, last["state"], last["rows_total"]) == ("done", "done", 3 * FAMILIES)
    done = [event["rows_done"] for _, event in [("", first), *rest]]
    assert done == sorted(done)
