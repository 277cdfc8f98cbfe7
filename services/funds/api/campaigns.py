"""HTTP of campaigns."""

from __future__ import annotations

from services.funds.api.questions import AsOf
from services.funds.api.request_parts import Area, WholeId, YearFilter
from services.funds.operations import campaigns as operations
from shared.chassis import clock
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds_plans import Campaign, CampaignComparison, NewCampaign
from shared.schemas.wire import Page

router = new_router("/api/v1/funds/campaigns", "campaigns")


@router.post("", operation_id="campaign_enter", status_code=201, **needs("campaign.write", money=True))
async def campaign_enter(body: NewCampaign, session: Session, actor: CurrentActor) -> Campaign:
    return await operations.enter(session, actor, body)


@router.get("", operation_id="campaign_list", **needs("progress.read"))
async def campaign_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    fund_year: YearFilter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Campaign]:
    return await operations.list_campaigns(session, actor, division_code, fund_year, cursor, limit)


@router.get("/{campaign_id}/comparison", operation_id="campaign_compare", **needs("progress.read"))
async def campaign_compare(
    campaign_id: WholeId,
    session: Session,
    actor: CurrentActor,
    as_of: AsOf = None,
) -> CampaignComparison:
    """A campaign's goal beside the books on a day: exact share, ahead or behind its line, days left."""
    return await operations.compare(session, actor, campaign_id, as_of or clock.office_today())
