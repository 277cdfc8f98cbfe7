"""Whether the service may work with the keys it was given: asked once, at the start."""

from __future__ import annotations

from cryptography.exceptions import InvalidTag

from services.registry.storage import key_checks as storage
from services.registry.storage.sealing import Seals, UnknownSealKey
from shared.chassis.database import Database
from shared.chassis.scope import NATION


class KeysDoNotFit(RuntimeError):
    """The register was written with other keys than the files hold."""


async def require_keys_fit(database: Database, seals: Seals) -> None:
    """KeysDoNotFit if a person of the register does not open, or is not found under the index key.

    With another index key everybody could be registered a second time, so the service must not start.
    """
    async with database.session(read_only=True, areas=[NATION]) as session:
        people = await storage.sampled_people(session)
    for place, sealed, index in people:
        try:
            number = seals.open(sealed, place)
        except UnknownSealKey as error:
            raise KeysDoNotFit(f"the seal key file lacks the key {error} the register was sealed with") from error
        except InvalidTag:
            continue  # tampered with under a key we hold: a matter of this one row, not of the keys
        if seals.index(number) != index:
            raise KeysDoNotFit("the register is not indexed with the first index key: run rotate_keys --index first")
