"""One portion of a sheet: households judged, and those without fault made ready for COPY.

Runs in the service for a small sheet and in worker processes for a large one; either way it is this code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson

from services.registry.domain import workbooks as rules
from services.registry.domain.limits import KEYS, Limits
from services.registry.domain.sheet_layouts import layout_of
from services.registry.domain.workbooks import Judge, Notes
from services.registry.storage.import_records import Origin, Rows
from services.registry.storage.sealing import Seals


@dataclass(frozen=True, slots=True)
class Task:
    """What a worker must know of an import. `villages` is by code the figures of `limits.KEYS` in their order."""

    headers: list[str]
    villages: dict[str, list[int]]
    names: list[list[str]]
    origin: dict[str, str]

    @classmethod
    def of(cls, sent: dict[str, Any]) -> Task:
        return cls(sent["headers"], sent["villages"], sent["names"], sent["origin"])


@dataclass(frozen=True, slots=True)
class Chunk:
    """What became of a portion: text for COPY by table, its columns, and a reason for every refused row.

    `places` is by good household its rows in the sheet, in the order of COPY; `seen` counts all households.
    """

    columns: dict[str, list[str]]
    copies: dict[str, bytes]
    reasons: dict[int, str]
    places: list[list[int]]
    seen: int
    rows: int

    def parts(self) -> tuple[Any, ...]:
        """What it is made of, in order; nothing is copied."""
        return self.columns, self.copies, self.reasons, self.places, self.seen, self.rows


class Preparer:
    """Judges and prepares portions of one import."""

    def __init__(self, task: Task, seals: Seals) -> None:
        figures = {tuple(values): Limits(**dict(zip(KEYS, values, strict=True))) for values in task.villages.values()}
        villages = {code: figures[tuple(values)] for code, values in task.villages.items()}
        names = {(row[0], row[1], row[2]): row[3] for row in task.names}
        origin = task.origin
        today = date.fromisoformat(origin["today"])
        made_by = Origin(**{name: text for name, text in origin.items() if name != "today"}, today=today)
        layout = layout_of(task.headers)
        self._judge = Judge(layout, villages, names, today)
        self._rows = Rows(layout, seals, made_by)

    def prepare(self, line: bytes) -> Chunk:
        """A portion as the reader wrote it."""
        portion = orjson.loads(line)
        groups = portion.pop("groups")
        drafts = self._judge.drafts(groups, Notes(**portion))
        good = rules.accepted(drafts)
        return Chunk(
            self._rows.columns,
            self._rows.copies(good),
            rules.reasons_of(drafts),
            [draft.rows for draft in good],
            len(drafts),
            sum(len(draft.rows) for draft in drafts),
        )
