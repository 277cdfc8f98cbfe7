"""The catalogue of shared items as readers see it."""

from __future__ import annotations

from services.gateway.domain.exchange import Item
from services.gateway.operations.exchange_grants import item_of
from services.gateway.storage.exchange_catalogue import catalogue
from shared.schemas import gateway_exchange as wire


def items(sharing: str | None = None) -> wire.SharedItems:
    """Every item, or those shared in one way."""
    return wire.SharedItems(items=[shown(item) for item in catalogue().values() if sharing in (None, item.sharing)])


def get(code: str) -> wire.SharedItem:
    return shown(item_of(code))


def shown(item: Item) -> wire.SharedItem:
    return wire.SharedItem.model_validate({
        "code": item.code, "zh": item.zh, "en": item.en, "direction": item.direction, "service": item.service,
        "sharing": item.sharing, "owner_sector": item.owner_sector, "granularity": item.granularity,
        "rhythm": item.rhythm, "purposes": list(item.purposes), "basis": item.basis, "source": item.source,
        "fields": [
            {"name": field.name, "type": field.type, "zh": field.zh, "personal": field.personal}
            for field in item.fields
        ],
    })  # fmt: skip
