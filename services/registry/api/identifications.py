"""HTTP of identification (认定) and of its public notices."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Path

from services.registry.api.reading import CurrentTrail
from services.registry.operations import identification_decisions, identifications, notices
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas import registry_decisions as wire
from shared.schemas.registry import PlanYear
from shared.schemas.wire import DivisionCode, Page

router = new_router("/api/v1/registry/identifications", "identifications")
public = new_router("/api/v1/public/registry/notices", "public")

ListId = Annotated[UUID, Path(alias="identification_id")]


@router.post("", operation_id="identification_propose", status_code=201, **needs("identification.propose"))
async def identification_propose(
    body: wire.NewIdentification, session: Session, actor: CurrentActor
) -> wire.Identification:
    return await identifications.propose(session, actor, body)


@router.get("", operation_id="identification_list", **needs("identification.read"))
async def identification_list(
    session: Session,
    actor: CurrentActor,
    within: DivisionCode | None = None,
    state: wire.IdentificationState | None = None,
    year: PlanYear | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[wire.IdentificationLine]:
    return await identifications.list_lists(session, actor, within, state, year, cursor, limit)


@router.get("/{identification_id}", operation_id="identification_get", **needs("identification.read"))
async def identification_get(list_id: ListId, session: Session, trail: CurrentTrail) -> wire.Identification:
    return await identifications.get(session, trail, list_id)


@router.post(
    "/{identification_id}/meeting", operation_id="identification_record_meeting", **needs("identification.meeting")
)
async def identification_record_meeting(
    list_id: ListId, body: wire.MeetingHeld, session: Session, actor: CurrentActor
) -> wire.Identification:
    return await identifications.record_meeting(session, actor, list_id, body)


@router.post("/{identification_id}/notice", operation_id="identification_post_notice", **needs("identification.notice"))
async def identification_post_notice(
    list_id: ListId, body: wire.NoticePosted, session: Session, actor: CurrentActor
) -> wire.Identification:
    return await identifications.post_notice(session, actor, list_id, body)


@router.post(
    "/{identification_id}/objections",
    operation_id="identification_raise_objection",
    status_code=201,
    **needs("identification.objection"),
)
async def identification_raise_objection(
    list_id: ListId, body: wire.ObjectionRaised, session: Session, actor: CurrentActor
) -> wire.Identification:
    return await identifications.raise_objection(session, actor, list_id, body)


@router.post(
    "/{identification_id}/objections/{objection_id}/answer",
    operation_id="identification_answer_objection",
    **needs("identification.objection"),
)
async def identification_answer_objection(
    list_id: ListId,
    objection_id: Annotated[UUID, Path()],
    body: wire.ObjectionFinding,
    session: Session,
    actor: CurrentActor,
) -> wire.Identification:
    return await identifications.answer_objection(session, actor, list_id, objection_id, body)


@router.post(
    "/{identification_id}/township-decision",
    operation_id="identification_decide_township",
    **needs("identification.decide_township"),
)
async def identification_decide_township(
    list_id: ListId, body: wire.Decide, session: Session, actor: CurrentActor
) -> wire.Identification:
    return await identification_decisions.decide(session, actor, list_id, "township_decision", body)


@router.post(
    "/{identification_id}/county-decision",
    operation_id="identification_decide_county",
    **needs("identification.decide_county"),
)
async def identification_decide_county(
    list_id: ListId, body: wire.Decide, session: Session, actor: CurrentActor
) -> wire.Identification:
    return await identification_decisions.decide(session, actor, list_id, "county_decision", body)


@public.get("", operation_id="registry_public_notice_list", **needs("public.read"))
async def registry_public_notice_list(
    session: Session,
    within: DivisionCode = "00",
    running: bool = False,
    cursor: Cursor = None,
    limit: Limit = 20,
) -> Page[wire.PublicNotice]:
    return await notices.list_notices(session, within, running, cursor, limit)
