"""HTTP of receipts."""

from __future__ import annotations

from services.funds.api.request_parts import Area, WholeId, YearFilter
from services.funds.operations import receipts
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds import NewReceipt, Receipt
from shared.schemas.wire import Page

router = new_router("/api/v1/funds/receipts", "receipts")


@router.post("", operation_id="receipt_register", status_code=201, **needs("receipt.register", money=True))
async def receipt_register(body: NewReceipt, session: Session, actor: CurrentActor) -> Receipt:
    return await receipts.register(session, actor, body)


@router.get("", operation_id="receipt_list", **needs("fund.read"))
async def receipt_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    fund_year: YearFilter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Receipt]:
    return await receipts.list_receipts(session, actor, division_code, fund_year, cursor, limit)


@router.get("/{receipt_id}", operation_id="receipt_get", **needs("fund.read"))
async def receipt_get(receipt_id: WholeId, session: Session, actor: CurrentActor) -> Receipt:
    return await receipts.get(session, actor, receipt_id)
