"""One batch of a rotation: values opened, sealed anew, written, read back and compared."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain

from cryptography.exceptions import InvalidTag
from sqlalchemy.ext.asyncio import AsyncConnection

from services.registry.storage import resealing
from services.registry.storage.resealing import ContentText, Sealed, SealedRow
from services.registry.storage.sealed_places import CONTENT_TABLES, Place, of_table
from services.registry.storage.sealing import Seals, UnknownSealKey, key_of

Held = Sequence[tuple[Place, Sealed]]

_IN_TEXT = re.compile(r'"([A-Z]?[0-9a-f]{8}:[A-Za-z0-9+/=]+)"')


class NotTheSame(RuntimeError):
    """A value read back is not the one that was written. The batch is undone."""


class Batch:
    """The values of one batch. The same value in the same place gets the same sealed text, wherever it stands."""

    def __init__(self, seals: Seals) -> None:
        self._seals = seals
        self.renewed: dict[tuple[Place, Sealed], Sealed] = {}
        self.unreadable: set[Place] = set()

    def renew(self, held: Iterable[tuple[Place, Sealed]]) -> None:
        """Seal anew what is not under the key in use. What no key opens stays as it is, in `unreadable`."""
        values = set(held)
        stale = [value for value in values if key_of(value[1]) != self._seals.present]
        places = {place for place, _ in stale}
        texts: dict[tuple[Place, Sealed], Sealed] = {}
        for place, sealed in values:
            if place in places and key_of(sealed) == self._seals.present:
                clear = self._opened(place, sealed)
                if clear is not None:
                    texts[place, clear] = sealed
        for place, sealed in stale:
            clear = self._opened(place, sealed)
            if clear is not None:
                if (place, clear) not in texts:
                    texts[place, clear] = self._sealed(place, clear)
                self.renewed[place, sealed] = texts[place, clear]

    def _opened(self, place: Place, sealed: Sealed) -> Sealed | None:
        try:
            if isinstance(sealed, bytes):
                return self._seals.open_bytes(sealed, place)
            return self._seals.open(sealed, place)
        except (InvalidTag, UnknownSealKey, ValueError):
            self.unreadable.add(place)
            return None

    def _sealed(self, place: Place, clear: Sealed) -> Sealed:
        if isinstance(clear, bytes):
            return self._seals.seal_bytes(clear, place)
        return self._seals.seal(clear, place)

    def rows(self, rows: Sequence[SealedRow]) -> list[SealedRow]:
        """Those rows that change, with their new values."""
        changed = []
        for row in rows:
            values = dict(row.values)
            for column in of_table(row.table):
                known = values[column.column]
                if known is not None:
                    values[column.column] = self.renewed.get((column.place(row.id), known), known)
            if values != row.values:
                changed.append(SealedRow(row.table, row.id, values))
        return changed

    def contents(self, held: Iterable[tuple[ContentText, Held]]) -> list[ContentText]:
        """Those contents that change, with nothing of their text replaced but sealed values."""
        changed = []
        for content, values in held:
            new = {value[1]: self.renewed[value] for value in values if value in self.renewed}
            if new:
                changed.append(content._replace(content=_replaced(content.content, new)))
        return changed

    def require_same(self) -> None:
        """NotTheSame unless every new text opens to what the old one opened to."""
        for (place, old), new in self.renewed.items():
            if self._opened(place, new) != self._opened(place, old):
                raise NotTheSame(f"{place.table} {place.row} {place.column}")


def _replaced(text: str, new: dict[Sealed, Sealed]) -> str:
    return _IN_TEXT.sub(lambda found: f'"{new.get(found[1], found[1])!s}"', text)


async def reseal(
    connection: AsyncConnection, seals: Seals, rows: Sequence[SealedRow], contents: Sequence[ContentText]
) -> Batch:
    """Move rows of any tables and contents to the key in use. NotTheSame, with nothing kept, if it went wrong."""
    batch = Batch(seals)
    held = [(content, list(content.held())) for content in contents]
    batch.renew(chain((value for row in rows for value in row.held()), *(values for _, values in held)))
    if not batch.renewed:
        return batch
    for table in dict.fromkeys(row.table for row in rows):
        changed = batch.rows([row for row in rows if row.table == table])
        _require_equal(changed, await resealing.save_rows(connection, table, changed))
    changed_contents = batch.contents(held)
    for table in CONTENT_TABLES:
        new = [content for content in changed_contents if content.table == table]
        _require_equal(new, await resealing.save_contents(connection, table, new))
    batch.require_same()
    return batch


def _require_equal(written: Sequence[SealedRow | ContentText], stored: Sequence[SealedRow | ContentText]) -> None:
    if len(written) != len(stored) or {row[:2]: row[2] for row in written} != {row[:2]: row[2] for row in stored}:
        raise NotTheSame("the database holds something else than was written")
