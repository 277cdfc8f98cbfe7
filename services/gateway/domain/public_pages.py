"""How far anybody may page through what is public: so many pages of one list, so many pages a day."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from urllib.parse import parse_qsl, urlencode

KEYS_REMEMBERED = 50_000
NOT_FILTERS = frozenset({"cursor", "limit"})


@dataclass(frozen=True, slots=True)
class Asked:
    """A public read: the list it is of, and where in it."""

    path: str
    members: tuple[tuple[str, str], ...]
    """Members of the query, decoded, in their order."""

    @property
    def cursor(self) -> str | None:
        return next((value for name, value in self.members if name == "cursor"), None)

    @property
    def listing(self) -> str:
        """The list a cursor belongs to: path and filters, in one order."""
        return f"{self.path}?{urlencode(sorted(member for member in self.members if member[0] not in NOT_FILTERS))}"

    @property
    def key(self) -> str:
        """Equal for equal questions."""
        return f"{self.path}?{urlencode(sorted(self.members))}"

    @property
    def query(self) -> str:
        return urlencode(self.members)

    def at(self, cursor: str) -> Asked:
        """The same question at the place a service's own cursor names."""
        members = tuple((name, cursor if name == "cursor" else value) for name, value in self.members)
        return Asked(self.path, members)


def asked(path: str, query: str) -> Asked:
    return Asked(path, tuple(parse_qsl(query, keep_blank_values=True)))


class DailyCount:
    """A number per key and day; remembered for a bounded number of keys."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._day: date | None = None
        self._counts: OrderedDict[str, int] = OrderedDict()

    def take(self, key: str, today: date) -> bool:
        """Count one more; whether it is within the day's limit."""
        if today != self._day:
            self._day = today
            self._counts.clear()
        count = self._counts[key] = self._counts.get(key, 0) + 1
        self._counts.move_to_end(key)
        if len(self._counts) > KEYS_REMEMBERED:
            self._counts.popitem(last=False)
        return count <= self.limit
