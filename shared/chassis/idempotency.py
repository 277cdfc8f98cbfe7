"""Idempotency keys: the same key and body give the same answer, for ever.

The claim commits first, so that a second request with the same key sees the first in flight; the answer
commits together with the work. A claim left behind by a crash lapses after three quarters of a minute, as soon as
anybody asks: lapsing changes the claim's mark, and the first holder's commit then finds it gone and rolls back. So
"not carried out" is never said of work that is done later on its own. A claim handed over to a two-service operation
never lapses by the clock: the operation answers it.
"""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from fastapi import Request
from pydantic import BaseModel
from sqlalchemy import ColumnElement, bindparam, delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import Response

from shared.chassis import audit, clock
from shared.chassis.database import Database
from shared.chassis.identity import Actor, current_actor
from shared.chassis.lots import Lots
from shared.chassis.tables import IdempotencyKey
from shared.refusals import Malformed, RuleBroken, TryAgain
from shared.schemas.wire import Operation

LAPSED = ""
"""The mark of a claim nobody holds: nothing was carried out, and the same key may be sent again."""
CARRIED = "operation:"
"""Begins the mark of a claim that a two-service operation will answer."""
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


class KeyMissing(Malformed):
    code = "idempotency_key_missing"
    zh = "此操作必须带 Idempotency-Key"
    en = "This operation needs an Idempotency-Key"


class KeyMalformed(Malformed):
    code = "idempotency_key_malformed"
    zh = "Idempotency-Key 须为 1 至 64 位字母、数字、下划线或连字符"
    en = "An Idempotency-Key is 1 to 64 letters, digits, underscores or hyphens"


class KeyReused(RuleBroken):
    code = "idempotency_key_reused"
    zh = "同一 Idempotency-Key 已用于另一内容的请求"
    en = "This Idempotency-Key was used for a request with another body"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to carry out one keyed request."""

    office: str
    operation: str
    key: str
    mark: str

    def columns(self) -> dict[str, str]:
        """What names the row of this key."""
        return {"office": self.office, "operation": self.operation, "key": self.key}

    def held(self) -> dict[str, str]:
        """What names the row as long as it is held under this mark."""
        return {f"held_{name}": value for name, value in (self.columns() | {"mark": self.mark}).items()}


_TABLE: Any = IdempotencyKey.__table__
_KEYS = _TABLE.c
_CLAIMED = {
    "office": "text", "operation": "text", "key": "text", "body_sha256": "text", "claim": "text",
    "claimed_at": "timestamptz",
}  # fmt: skip
_TAKE = text(
    f"insert into idempotency_keys ({', '.join(_CLAIMED)})"  # noqa: S608 - names of this file
    f" select * from unnest({', '.join(f'cast(:{name} as {kind}[])' for name, kind in _CLAIMED.items())})"
    " on conflict do nothing returning claim"
)
Values = dict[str, Any]
Claims = Lots[Values, bool]


def claims(database: Database) -> Claims:
    """Where requests meet that claim a key: those that come at the same time share a statement and a commit."""

    async def take(lot: Sequence[Values]) -> list[bool]:
        rows = sorted(lot, key=lambda one: (one["office"], one["operation"], one["key"]))
        taken = await database.at_once(_TAKE, {name: [one[name] for one in rows] for name in _CLAIMED})
        marks = set(taken.scalars())
        return [one["claim"] in marks for one in lot]

    return Lots(take)


async def claim(request: Request, database: Database, operation: str) -> Claim | Response:
    """Claim the request's key; the stored answer if it was carried out already."""
    keys = request.headers.getlist("idempotency-key")
    if not keys:
        raise KeyMissing()
    if len(keys) > 1 or not _KEY.fullmatch(keys[0]):
        raise KeyMalformed()
    actor = current_actor(request)
    life = timedelta(seconds=request.app.state.settings.claim_life_s)
    digest = await _digest(request)
    office = await _claimed_by(database, actor, operation, keys[0], digest) if actor.offices_before else actor.office
    mine = Claim(office, operation, keys[0], uuid.uuid4().hex)
    values = mine.columns() | {"body_sha256": digest, "claim": mine.mark, "claimed_at": clock.now()}
    meeting: Claims = request.app.state.claims
    if await meeting.add(values):
        return mine
    async with database.session() as session:
        row = (
            await session.execute(
                select(IdempotencyKey)
                .where(
                    IdempotencyKey.office == mine.office,
                    IdempotencyKey.operation == operation,
                    IdempotencyKey.key == mine.key,
                )
                .with_for_update()
            )
        ).scalar_one_or_none()
        if row is None:
            raise TryAgain()
        if row.body_sha256 != digest:
            raise KeyReused()
        if row.status is not None:
            return _replay(row)
        if row.claim.startswith(CARRIED) or (row.claim != LAPSED and row.claimed_at > clock.now() - life):
            raise TryAgain()
        row.claim, row.claimed_at = mine.mark, clock.now()
    return mine


async def _claimed_by(database: Database, actor: Actor, operation: str, key: str, digest: str) -> str:
    """The office under which this very request was sent before the actor's office took over from it; else its own."""
    asked = {"offices": list(actor.offices_before), "operation": operation, "key": key, "digest": digest}
    found = (await database.at_once(_CLAIMED_BEFORE, asked)).scalar()
    return actor.office if found is None else str(found)


_CLAIMED_BEFORE = text(
    "select office from idempotency_keys where office = any(cast(:offices as text[])) and operation = :operation"
    " and key = :key and body_sha256 = :digest order by claimed_at limit 1"
)


async def note_replay(request: Request, database: Database, stored: Response) -> None:
    """A stored answer that shows people is read once more, perhaps by somebody else of the office."""
    if stored.status_code >= 300:
        return
    key = request.headers["idempotency-key"]
    subjects = subjects_of(bytes(stored.body))
    await audit.record_read(database, current_actor(request), "operation.replay", subjects, "as_before", key=key)


def subjects_of(body: bytes) -> list[str]:
    """The ids an answer holds, whatever they are of."""
    found: dict[str, None] = {}
    waiting: list[Any] = [json.loads(body)] if body.startswith((b"{", b"[")) else []
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            found |= {one: None for name, one in value.items() if name.endswith("id") and isinstance(one, str)}
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return sorted(found)


_FINISH = (
    update(_TABLE)
    .where(
        _KEYS.office == bindparam("held_office"), _KEYS.operation == bindparam("held_operation"),
        _KEYS.key == bindparam("held_key"), _KEYS.claim == bindparam("held_mark"), _KEYS.status.is_(None),
    )
    .returning(_KEYS.key)
)  # fmt: skip
"""Built once: it is sent with every keyed request."""


async def finish(session: AsyncSession, mine: Claim, response: Response) -> None:
    """Store the answer of a claimed request. TryAgain if somebody took the claim over meanwhile."""
    kept = {name: value for name, value in response.headers.items() if name in ("etag", "location", "content-type")}
    values = {"status": response.status_code, "headers": kept, "body": bytes(response.body).decode("utf-8")}
    done = await session.execute(_FINISH, values | {"finished_at": clock.now()} | mine.held())
    if done.first() is None:
        raise TryAgain()


async def finish_all(session: AsyncSession, answers: Sequence[tuple[Claim, BaseModel]]) -> None:
    """Store several answers of status 200 in one transaction. TryAgain if somebody took over the claim of one."""
    if not answers:
        return
    rows = [mine.held() | {"body": content.model_dump_json()} for mine, content in answers]
    values: dict[str, Any] = {name: [row[name] for row in rows] for name in rows[0]}
    done = await session.execute(_FINISH_ALL, values | {"finished_at": clock.now()})
    if len(done.all()) < len(answers):
        raise TryAgain()


_FINISH_ALL = text(
    "update idempotency_keys k set status = 200, headers = jsonb_build_object('content-type', 'application/json'),"
    " body = m.body, finished_at = :finished_at"
    " from unnest(cast(:held_office as text[]), cast(:held_operation as text[]), cast(:held_key as text[]),"
    " cast(:held_mark as text[]), cast(:body as text[])) m (office, operation, key, claim, body)"
    " where k.office = m.office and k.operation = m.operation and k.key = m.key and k.claim = m.claim"
    " and k.status is null returning k.key"
)


async def hand_over(session: AsyncSession, mine: Claim, operation_id: str) -> Claim:
    """Leave the answer to a two-service operation, in the transaction that begins it. TryAgain if the claim is gone."""
    carried = replace(mine, mark=CARRIED + operation_id)
    done = await session.execute(
        update(IdempotencyKey)
        .where(*_held(mine))
        .values(claim=carried.mark)
        .returning(IdempotencyKey.key)
        .execution_options(synchronize_session=False)
    )
    if done.first() is None:
        raise TryAgain()
    return carried


async def release(database: Database, mine: Claim) -> None:
    """Give a claim up after an infrastructure failure, which is not an outcome: the same key may be sent again."""
    async with database.session() as session:
        await session.execute(update(IdempotencyKey).where(*_held(mine)).values(claim=LAPSED))


async def forget(database: Database, mine: Claim) -> None:
    """Drop the claim of a request that was turned away at the door: it was none for this office to make."""
    async with database.session() as session:
        await session.execute(delete(IdempotencyKey).where(*_held(mine)))


async def answer_of(session: AsyncSession, mine: Claim) -> Response | None:
    """The stored answer of a key; None while there is none."""
    row = (
        await session.scalars(
            select(IdempotencyKey)
            .where(
                IdempotencyKey.office == mine.office,
                IdempotencyKey.operation == mine.operation,
                IdempotencyKey.key == mine.key,
            )
            .execution_options(populate_existing=True)
        )
    ).one_or_none()
    if row is None or row.status is None:
        return None
    return Response((row.body or "").encode(), status_code=row.status, headers=dict(row.headers or {}))


async def look_up(database: Database, offices: Sequence[str], key: str, claim_life_s: float) -> list[Operation]:
    """What became of the requests of an office, and of those it took over from, with this key.

    Claims whose process must be dead lapse on this occasion.
    """
    born_before = clock.now() - timedelta(seconds=claim_life_s)
    async with database.session() as session:
        rows = await _keys_of(session, offices, key)
        if any(_is_overdue(row, born_before) for row in rows):
            await session.execute(
                update(IdempotencyKey)
                .where(
                    IdempotencyKey.office.in_(offices),
                    IdempotencyKey.key == key,
                    IdempotencyKey.status.is_(None),
                    IdempotencyKey.claim.not_like(CARRIED + "%"),
                    IdempotencyKey.claimed_at <= born_before,
                )
                .values(claim=LAPSED)
                .execution_options(synchronize_session=False)
            )
            rows = await _keys_of(session, offices, key)
    return [Operation(operation=row.operation, state=_state(row), status=row.status, body=row.body) for row in rows]


async def _keys_of(session: AsyncSession, offices: Sequence[str], key: str) -> list[IdempotencyKey]:
    query = (
        select(IdempotencyKey)
        .where(IdempotencyKey.office.in_(offices), IdempotencyKey.key == key)
        .order_by(IdempotencyKey.operation)
        .execution_options(populate_existing=True)
    )
    return list(await session.scalars(query))


def _is_overdue(row: IdempotencyKey, born_before: datetime) -> bool:
    held = row.status is None and row.claim != LAPSED and not row.claim.startswith(CARRIED)
    return held and row.claimed_at <= born_before


def _state(row: IdempotencyKey) -> Literal["in_flight", "done", "not_carried_out"]:
    if row.status is not None:
        return "done"
    return "not_carried_out" if row.claim == LAPSED else "in_flight"


def _held(mine: Claim) -> tuple[ColumnElement[bool], ...]:
    """SQL: the key is unanswered and still held under this mark."""
    return (
        IdempotencyKey.office == mine.office,
        IdempotencyKey.operation == mine.operation,
        IdempotencyKey.key == mine.key,
        IdempotencyKey.claim == mine.mark,
        IdempotencyKey.status.is_(None),
    )


async def _digest(request: Request) -> str:
    """SHA-256 over path and body. A form's body is read by part, since a multipart boundary differs each time."""
    sha = hashlib.sha256(request.url.path.encode() + b"?" + request.url.query.encode() + b"\n")
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type == "multipart/form-data":
        form = await request.form(max_files=4, max_fields=32)
        for name, value in sorted(form.multi_items(), key=lambda item: item[0]):
            sha.update(name.encode() + b"\n")
            if isinstance(value, str):
                sha.update(value.encode())
            else:
                sha.update((value.filename or "").encode() + b"\n")
                while chunk := await value.read(1024 * 1024):
                    sha.update(chunk)
                await value.seek(0)
    else:
        sha.update(await request.body())
    return sha.hexdigest()


def _replay(row: IdempotencyKey) -> Response:
    headers = dict(row.headers or {}) | {"Idempotency-Replayed": "true"}
    return Response((row.body or "").encode(), status_code=row.status or 200, headers=headers)
