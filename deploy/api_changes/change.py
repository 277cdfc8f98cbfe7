"""One difference between two public documents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """What is different at a place. `breaking`: a client that worked before may fail."""

    place: str
    """`household_open` or a field: `NewHousehold.group (sent)`."""
    kind: Kind
    what: str
    breaking: bool

    @property
    def line(self) -> str:
        """The change as it is written in the list of approved ones."""
        return f"{self.place}: {self.what}"
