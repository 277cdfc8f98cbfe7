"""Wire vocabulary of what natural change leaves on a file: who is away, and where a household came from or went."""

from __future__ import annotations

from shared.schemas.wire import CodeLabel, Day, Wire


class Absence(Wire):
    """A person of the household who is away. `counts_in_income`: still one of the people its income is shared by."""

    kind: CodeLabel
    since: Day
    counts_in_income: bool


class Lineage(Wire):
    """Where the file came from and how it ended: `closing` is natural (nobody left) or merged into another file."""

    split_from: str | None
    merged_into: str | None
    closing: str | None
