"""HTTP of changes of the lists: kinds of money and forbidden uses."""

from __future__ import annotations

from services.funds.api.request_parts import Area, WholeId
from services.funds.operations import vocabulary_changes
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.schemas.funds_vocabulary import NewVocabularyChange, NewVocabularyDecision, VocabularyChange
from shared.schemas.wire import Page

router = new_router("/api/v1/funds/vocabulary-changes", "lists")


@router.post("", operation_id="vocabulary_change_propose", status_code=201, **needs("parameter.set", money=True))
async def vocabulary_change_propose(
    body: NewVocabularyChange, session: Session, actor: CurrentActor
) -> VocabularyChange:
    return await vocabulary_changes.propose(session, actor, body)


@router.post("/{change_id}/decision", operation_id="vocabulary_change_decide", **needs("parameter.set", money=True))
async def vocabulary_change_decide(
    change_id: WholeId, body: NewVocabularyDecision, session: Session, actor: CurrentActor
) -> VocabularyChange:
    return await vocabulary_changes.decide(session, actor, change_id, body)


@router.get("", operation_id="vocabulary_change_list", **needs("parameter.read"))
async def vocabulary_change_list(
    session: Session, actor: CurrentActor, division_code: Area = "00", cursor: Cursor = None, limit: Limit = 50
) -> Page[VocabularyChange]:
    return await vocabulary_changes.list_changes(session, actor, division_code, cursor, limit)


@router.get("/{change_id}", operation_id="vocabulary_change_get", **needs("parameter.read"))
async def vocabulary_change_get(change_id: WholeId, session: Session, actor: CurrentActor) -> VocabularyChange:
    return await vocabulary_changes.get(session, actor, change_id)
