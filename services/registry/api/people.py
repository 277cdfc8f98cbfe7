"""HTTP of people: lists and searches over everybody on a file."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Response

from services.registry.api.reading import CurrentReading, asks
from services.registry.operations import people
from shared.chassis.app import new_router
from shared.chassis.hot_reads import json_answer, own_statement
from shared.chassis.identity import needs
from shared.chassis.queries import asking, query_of
from shared.schemas.registry_people import PeopleAsked, PeopleSearched, PersonLine
from shared.schemas.wire import Page

router = new_router("/api/v1/registry/people", "people")


@router.get(
    "",
    operation_id="person_list",
    response_model=Page[PersonLine],
    **own_statement(asking(PeopleAsked, needs("household.read"))),
)
async def person_list(asked: Annotated[PeopleAsked, Depends(query_of(PeopleAsked))], at: CurrentReading) -> Response:
    return json_answer(await people.list_people(at.reads, at.trail, at.seals, asked))


@router.post(
    "/search",
    operation_id="person_search",
    response_model=Page[PersonLine],
    **own_statement(asks(needs("household.search"))),
)
async def person_search(body: PeopleSearched, at: CurrentReading) -> Response:
    return json_answer(await people.search(at.reads, at.trail, at.seals, body))
