"""HTTP of donations: their books for offices, their list for everybody."""

from __future__ import annotations

from typing import Literal

from services.funds.api.request_parts import Area, IdFilter, ProjectsPeer, RegistryPeer, Trail, WholeId, YearFilter
from services.funds.operations import donation_reversals, donation_uses, donations
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds import NewDecision
from shared.schemas.funds_donations import (
    Donation,
    DonationReversal,
    DonationUse,
    NewDonation,
    NewDonationReversal,
    NewDonationUse,
    PublishedDonation,
)
from shared.schemas.wire import Page

router = new_router("/api/v1/funds/donations", "donations")
uses_router = new_router("/api/v1/funds/donation-uses", "donations")
reversals_router = new_router("/api/v1/funds/donation-reversals", "donations")
public_router = new_router("/api/v1/public/funds/donations", "public")


@router.post("", operation_id="donation_register", status_code=201, **needs("donation.register", money=True))
async def donation_register(
    body: NewDonation, session: Session, actor: CurrentActor, projects: ProjectsPeer, registry: RegistryPeer
) -> Donation:
    return await donations.register(session, actor, projects, registry, body)


@router.post(
    "/{donation_id}/uses", operation_id="donation_use_propose", status_code=201, **needs("donation.use", money=True)
)
async def donation_use_propose(
    donation_id: WholeId,
    body: NewDonationUse,
    session: Session,
    actor: CurrentActor,
    projects: ProjectsPeer,
    registry: RegistryPeer,
) -> DonationUse:
    return await donation_uses.propose(session, actor, projects, registry, donation_id, body)


@router.post(
    "/{donation_id}/reversal",
    operation_id="donation_reversal_propose",
    status_code=201,
    **needs("donation.register", money=True),
)
async def donation_reversal_propose(
    donation_id: WholeId, body: NewDonationReversal, session: Session, actor: CurrentActor
) -> DonationReversal:
    return await donation_reversals.propose(session, actor, donation_id, body)


@reversals_router.post(
    "/{reversal_id}/decision", operation_id="donation_reversal_decide", **needs("donation.decide", money=True)
)
async def donation_reversal_decide(
    reversal_id: WholeId, body: NewDecision, session: Session, actor: CurrentActor
) -> DonationReversal:
    return await donation_reversals.decide(session, actor, reversal_id, body)


@reversals_router.get("", operation_id="donation_reversal_list", **needs("donation.read"))
async def donation_reversal_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    state: Literal["proposed", "approved", "refused"] | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DonationReversal]:
    return await donation_reversals.list_reversals(session, actor, division_code, state, cursor, limit)


@uses_router.post("/{use_id}/decision", operation_id="donation_use_decide", **needs("donation.decide", money=True))
async def donation_use_decide(use_id: WholeId, body: NewDecision, session: Session, actor: CurrentActor) -> DonationUse:
    return await donation_uses.decide(session, actor, use_id, body)


@router.get("", operation_id="donation_list", **needs("donation.read"))
async def donation_list(
    session: Session,
    actor: CurrentActor,
    trail: Trail,
    division_code: Area = "00",
    year: YearFilter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[Donation]:
    return await donations.list_donations(session, actor, trail, division_code, year, cursor, limit)


@router.get("/{donation_id}", operation_id="donation_get", **needs("donation.read"))
async def donation_get(donation_id: WholeId, session: Session, actor: CurrentActor, trail: Trail) -> Donation:
    return await donations.get(session, actor, trail, donation_id)


@uses_router.get("", operation_id="donation_use_list", **needs("donation.read"))
async def donation_use_list(
    session: Session,
    actor: CurrentActor,
    division_code: Area = "00",
    donation_id: IdFilter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DonationUse]:
    return await donation_uses.list_uses(session, actor, division_code, donation_id, cursor, limit)


@public_router.get("", operation_id="public_donation_list", **needs("public.read"))
async def public_donation_list(
    session: Session,
    division_code: Area = "00",
    year: YearFilter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PublishedDonation]:
    return await donations.list_published(session, division_code, year, cursor, limit)
