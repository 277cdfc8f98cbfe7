"""HTTP of the department exchange: the catalogue, applications and grants, records, use, corrections."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Request, Response

from services.gateway.api.dependencies import GatewayParts, OwnDatabase, Registry
from services.gateway.operations import exchange_corrections, exchange_grants, exchange_items, exchange_records
from shared.chassis.app import new_router
from shared.chassis.database import Session
from shared.chassis.exchange import FieldNames
from shared.chassis.hot_reads import own_statement
from shared.chassis.identity import CurrentActor, needs
from shared.chassis.paging import Cursor, Limit
from shared.chassis.peers import Peer
from shared.schemas import gateway_exchange as wire
from shared.schemas.exchange_records import SharedRecords
from shared.schemas.gateway import Reason
from shared.schemas.wire import Day, DivisionCode, Page

items = new_router("/api/v1/exchange/items", "exchange")
public_items = new_router("/api/v1/public/exchange-items", "exchange")
applications = new_router("/api/v1/exchange/applications", "exchange")
usage = new_router("/api/v1/exchange/usage", "exchange")
corrections = new_router("/api/v1/exchange/corrections", "exchange")

ItemPath = Annotated[str, Path(pattern=r"^[a-z][a-z-]{1,39}$")]
Id = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$")]
IdQuery = Annotated[str | None, Query(pattern=r"^[0-9a-f]{32}$")]
ItemQuery = Annotated[str | None, Query(pattern=r"^[a-z][a-z-]{1,39}$")]
TAGGED: dict[str, Any] = {
    "response_class": Response,
    "responses": {
        200: {"model": SharedRecords},
        304: {"description": "nothing changed since the page with this tag"},
    },
}


def _peers(request: Request) -> dict[str, Peer]:
    peers: dict[str, Peer] = request.app.state.peers
    return peers


@public_items.get("", operation_id="public_exchange_item_list", **needs("public.read"))
async def public_exchange_item_list(response: Response) -> wire.SharedItems:
    response.headers["cache-control"] = "public, max-age=3600"
    return exchange_items.items()


@items.get("", operation_id="exchange_item_list", **needs("exchange.read"))
async def exchange_item_list(
    sharing: Annotated[Literal["unconditional", "conditional", "not_shared"] | None, Query()] = None,
) -> wire.SharedItems:
    return exchange_items.items(sharing)


@items.get("/{item}", operation_id="exchange_item_get", **needs("exchange.read"))
async def exchange_item_get(item: ItemPath) -> wire.SharedItem:
    return exchange_items.get(item)


@items.get("/{item}/records", operation_id="exchange_record_list", **TAGGED, **own_statement(needs("exchange.pull")))
async def exchange_record_list(
    item: ItemPath,
    request: Request,
    parts: GatewayParts,
    database: OwnDatabase,
    actor: CurrentActor,
    fields: FieldNames | None = None,
    within: DivisionCode | None = None,
    grant: IdQuery = None,
    purpose: Annotated[str | None, Query(pattern=r"^[a-z][a-z_]{1,39}$")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Response:
    wanted = exchange_records.Wanted(fields, within, grant, purpose, cursor, limit)
    body, tag = await exchange_records.read(database, _peers(request), parts.grant_rates, actor, item, wanted)
    headers = {"etag": tag, "cache-control": "private, no-cache"}
    if tag.removeprefix("W/") in request.headers.get("if-none-match", ""):  # compared weakly (RFC 9110 13.1.2)
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@applications.post("", operation_id="exchange_application_create", status_code=201, **needs("exchange.apply"))
async def exchange_application_create(
    body: wire.NewApplication, session: Session, actor: CurrentActor, registry: Registry
) -> wire.Application:
    return await exchange_grants.apply(session, actor, registry, body)


@applications.get("", operation_id="exchange_application_list", **needs("exchange.read"))
async def exchange_application_list(
    session: Session,
    actor: CurrentActor,
    item: ItemQuery = None,
    state: Annotated[Literal["open", "granted", "refused", "withdrawn"] | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[wire.Application]:
    return await exchange_grants.list_applications(session, actor, item, state, cursor, limit)


@applications.get("/{application_id}", operation_id="exchange_application_get", **needs("exchange.read"))
async def exchange_application_get(application_id: Id, session: Session, actor: CurrentActor) -> wire.Application:
    return await exchange_grants.get(session, actor, application_id)


@applications.post("/{application_id}/decision", operation_id="exchange_decide", **needs("exchange.decide"))
async def exchange_decide(
    application_id: Id, body: wire.ApplicationDecision, session: Session, actor: CurrentActor
) -> wire.Application:
    return await exchange_grants.decide(session, actor, application_id, body)


@applications.post("/{application_id}/withdrawal", operation_id="exchange_withdraw", **needs("exchange.withdraw"))
async def exchange_withdraw(
    application_id: Id, body: Reason, session: Session, actor: CurrentActor
) -> wire.Application:
    return await exchange_grants.withdraw(session, actor, application_id, body.reason)


@usage.get("", operation_id="exchange_usage_get", **needs("exchange.read"))
async def exchange_usage_get(
    session: Session,
    actor: CurrentActor,
    first: Day = date(2000, 1, 1),
    last: Day = date(2200, 12, 31),
    item: ItemQuery = None,
    client: Annotated[str | None, Query(pattern=r"^client-[0-9a-f]{32}$")] = None,
) -> wire.Usage:
    return await exchange_grants.usage(session, actor, first, last, item, client)


@corrections.post("", operation_id="exchange_correction_create", status_code=201, **needs("exchange.correct"))
async def exchange_correction_create(
    body: wire.NewExchangeCorrection, request: Request, session: Session, database: OwnDatabase, actor: CurrentActor
) -> wire.ExchangeCorrection:
    return await exchange_corrections.ask(session, database, _peers(request), actor, body)


@corrections.get("", operation_id="exchange_correction_list", **needs("exchange.correct"))
async def exchange_correction_list(
    session: Session, actor: CurrentActor, answered: bool | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[wire.ExchangeCorrection]:
    return await exchange_corrections.list_corrections(session, actor, answered, cursor, limit)


@corrections.get("/{correction_id}", operation_id="exchange_correction_get", **needs("exchange.correct"))
async def exchange_correction_get(correction_id: Id, session: Session, actor: CurrentActor) -> wire.ExchangeCorrection:
    return await exchange_corrections.get(session, actor, correction_id)


@corrections.post("/{correction_id}/answer", operation_id="exchange_correction_answer", **needs("exchange.answer"))
async def exchange_correction_answer(
    correction_id: Id, body: wire.CorrectionAnswer, session: Session, actor: CurrentActor
) -> wire.ExchangeCorrection:
    return await exchange_corrections.answer(session, actor, correction_id, body)
