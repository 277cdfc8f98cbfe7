"""Wire vocabulary of funds: bulletins of progress as everybody may read them."""

from __future__ import annotations

from datetime import date

from shared.schemas.funds import Batch
from shared.schemas.funds_progress_reports import RankingBulletin
from shared.schemas.wire import Wire


class PublishedBulletin(Wire):
    """The ranking bulletin (进度通报) of a report that was sent: figures of places, no people."""

    division_name: str
    kind: str
    kind_label: str
    period: str
    edition: int
    batch: Batch | None
    fund_kind: str | None
    special: bool | None
    sent_on: date
    bulletin: RankingBulletin
