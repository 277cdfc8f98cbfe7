"""Whether this process has been told to stop: it is not ready any more, and what lasts is brought to its end."""

from __future__ import annotations


class Draining:
    """One per process; set once, by the signal."""

    def __init__(self) -> None:
        self.begun = False

    def begin(self) -> None:
        self.begun = True


DRAINING = Draining()
