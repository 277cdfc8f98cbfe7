"""What offices do with files of grants for the bank: build one from an ordered batch, take it, void it, look it up.

One rule for the account: a grant is paid on the household's own account as the registry holds it, and it must be the
one that was checked when the payment was ordered. The clear number is asked for when the file is built and again when
it is taken; funds keep neither it nor the bytes.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import bank_files, grant_files
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.bank_files import (
    FileAnswered,
    FileChanged,
    FileVoided,
    GrantFileEmpty,
    GrantFileSettled,
)
from services.funds.domain.refusals.spending import StepNotDue
from services.funds.operations.shapes import before_of, page_of, shaped
from services.funds.storage import bank_workbooks, decisions, grant_batches, sessions
from services.funds.storage import grant_files as storage
from services.funds.storage.grant_files import Filed
from services.funds.storage.tables import (
    GrantBatch,
    GrantFile,
    GrantFileLine,
    GrantFileResult,
    GrantFileVoid,
    GrantLine,
)
from services.funds.upstream import registry
from shared.chassis import audit, clock
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.refusals import NotFound
from shared.schemas import funds_grant_files as wire
from shared.schemas.registry_accounts import AccountAnswer
from shared.schemas.wire import Page

Accounts = Mapping[str, AccountAnswer]
"""By the id of the grant line, as text."""


async def build(session: AsyncSession, actor: Actor, peer: Peer, request: wire.NewGrantFile) -> wire.GrantFile:
    """A file of the batch's lines that are with the bank; what has no right account stays out and is named."""
    await _batch(session, actor, request.batch_id)
    asked = await storage.to_send(session, request.batch_id)
    accounts = await _ask(session, actor, peer, asked, f"grant_batch:{request.batch_id}")
    batch = await _batch(session, actor, request.batch_id, lock=True)
    lines = [line for line in await storage.to_send(session, batch.id) if str(line.id) in accounts]
    number = f"{batch.county_code}-{clock.office_today():%Y%m%d}-{uuid.uuid4().hex[:10]}"
    filed, left_out = _filed(number, lines, accounts)
    if not filed:
        raise GrantFileEmpty(lines=len(lines))
    row = GrantFile(
        number=number, batch_id=batch.id, county_code=batch.county_code, made_on=clock.office_today(),
        line_count=len(filed), total_fen=sum(line.amount_fen for line, _ in filed),
        content_sha256=bank_files.hash_of(bank_files.render(number, _orders(batch, filed, accounts))),
        left_out=left_out,
    )  # fmt: skip
    decisions.sign(actor, row)
    await storage.add(session, row, [line for line, _ in filed])
    audit.record(
        session, actor, "grant_file.build", f"grant_file:{row.id}", lines=row.line_count, total_fen=row.total_fen,
        sha256=row.content_sha256,
    )  # fmt: skip
    return _answer(row, filed, [])


async def _batch(session: AsyncSession, actor: Actor, batch_id: int, *, lock: bool = False) -> GrantBatch:
    batch = await grant_batches.visible(session, actor, batch_id, lock=lock)
    if batch is None:
        raise NotFound()
    if batch.state != "ordered":
        raise StepNotDue(state=batch.state)
    return batch


async def _ask(
    session: AsyncSession, actor: Actor, peer: Peer, lines: Sequence[GrantLine], purpose: str
) -> dict[str, AccountAnswer]:
    """The accounts of the households the grants are for; no connection is held while the registry is asked."""
    people = {str(line.id): line.person_id for line in lines if line.person_id is not None}
    await sessions.let_go(session)
    return await registry.accounts(peer, actor, people, purpose) if people else {}


def _filed(number: str, lines: Sequence[GrantLine], accounts: Accounts) -> tuple[list[Filed], dict[str, str]]:
    """The lines that go into the file, and by id why the others do not."""
    filed: list[Filed] = []
    left_out: dict[str, str] = {}
    for line in lines:
        reason = grant_files.reason_against(accounts[str(line.id)], line.account_mark)
        if reason is not None:
            left_out[str(line.id)] = reason
            continue
        place = len(filed) + 1
        new = GrantFileLine(
            number=place, line_id=line.id, end_to_end_id=f"{number}-{place:05d}", amount_fen=line.amount_fen
        )
        filed.append((new, line))
    return filed, left_out


def _orders(batch: GrantBatch, filed: Sequence[Filed], accounts: Accounts) -> list[bank_files.Order]:
    """The file's orders in clear: made whenever they are needed, kept nowhere."""
    orders = []
    for line, grant in filed:
        held = accounts[str(grant.id)]
        orders.append(
            bank_files.Order(
                line.end_to_end_id, held.account_name or "", held.account or "", held.bank_name or "",
                line.amount_fen, f"{batch.programme} {batch.period}",
            )
        )  # fmt: skip
    return orders


async def take(
    session: AsyncSession, actor: Actor, peer: Peer, trail: Database, file_id: int, form: Literal["csv", "xlsx"]
) -> tuple[str, bytes]:
    """The file's name and bytes.

    An account that is another one since the file was built keeps it from leaving, and so does a line that has its
    result. The batch is held, so that nobody voids the file or settles a line while it leaves.
    """
    row = await _holding(session, actor, file_id)
    number, batch_id = row.number, row.batch_id
    grants = [grant for _, grant in await storage.lines_of(session, row.id)]
    accounts = await _ask(session, actor, peer, grants, f"grant_file:{number}")
    batch = await grant_batches.visible(session, actor, batch_id, lock=True)
    if batch is None:
        raise NotFound()
    row = await _holding(session, actor, file_id)
    filed = await storage.lines_of(session, row.id)
    settled = sum(grant.state != "ordered" for _, grant in filed)
    if settled:
        raise GrantFileSettled(settled=settled)
    orders = _orders(batch, filed, accounts)
    if bank_files.hash_of(bank_files.render(number, orders)) != row.content_sha256:
        raise FileChanged()
    people = await storage.people_of(session, row.id)
    audit.record(session, actor, "grant_file.take", f"grant_file:{row.id}", sha256=row.content_sha256)
    await session.flush()
    await audit.record_read(trail, actor, "grant_file.take", people, "account", actor.purpose or f"grant_file:{number}")
    return f"{number}.{form}", bank_workbooks.formed(number, orders, form)


async def _visible(session: AsyncSession, actor: Actor, file_id: int) -> GrantFile:
    row = await storage.visible(session, actor, file_id)
    if row is None:
        raise NotFound()
    return row


async def _holding(session: AsyncSession, actor: Actor, file_id: int) -> GrantFile:
    row = await _visible(session, actor, file_id)
    if await storage.voids_of(session, [row.id]):
        raise FileVoided()
    return row


async def void(session: AsyncSession, actor: Actor, file_id: int, request: wire.NewGrantFileVoid) -> wire.GrantFile:
    """Another person takes a file back the bank has not answered; its grants may go into a new one.

    Whoever does it sees to it that the bank does not carry out what may have been sent. Raises FileVoided,
    FileAnswered, SamePerson.
    """
    row = await _visible(session, actor, file_id)
    if await grant_batches.visible(session, actor, row.batch_id, lock=True) is None:
        raise NotFound()
    row = await _holding(session, actor, file_id)
    if await storage.results_of(session, row.id):
        raise FileAnswered()
    require_other_person(actor.person, row.entered_person)
    taken_back = GrantFileVoid(grant_file_id=row.id, reason=request.reason)
    decisions.sign(actor, taken_back)
    await storage.add_void(session, taken_back)
    audit.record(session, actor, "grant_file.void", f"grant_file:{row.id}", lines=row.line_count)
    return await _shown(session, actor, file_id)


async def read(session: AsyncSession, actor: Actor, trail: Database, file_id: int) -> wire.GrantFile:
    """A file with whom it pays; who looks is written down."""
    found = await _shown(session, actor, file_id)
    people = await storage.people_of(session, file_id)
    await audit.record_read(trail, actor, "grant_file.read", people, "name_masked,amount_fen,state")
    return found


async def _shown(session: AsyncSession, actor: Actor, file_id: int) -> wire.GrantFile:
    row = await _visible(session, actor, file_id)
    lines, results = await storage.lines_of(session, row.id), await storage.results_of(session, row.id)
    return _answer(row, lines, results, (await storage.voids_of(session, [row.id])).get(row.id))


async def list_files(
    session: AsyncSession, actor: Actor, area: str, batch_id: int | None, cursor: str | None, limit: int
) -> Page[wire.GrantFileHead]:
    found = await storage.list_visible(session, actor, area, batch_id, before_of(cursor), limit + 1)
    voids = await storage.voids_of(session, [row.id for row in found])
    items = [
        shaped(
            wire.GrantFileHead, row, grant_file_id=row.id, made_by=row.entered_by, void=_void_answer(voids.get(row.id))
        )
        for row in found[:limit]
    ]  # fmt: skip
    return page_of(found, limit, lambda row: row.id, items)


def _answer(
    row: GrantFile, filed: Sequence[Filed], results: Sequence[GrantFileResult], void: GrantFileVoid | None = None
) -> wire.GrantFile:
    lines = [
        wire.GrantFileLine(
            end_to_end_id=line.end_to_end_id, line_id=grant.id, amount_fen=line.amount_fen,
            name_masked=grant.name_masked, state=grant.state,
        )
        for line, grant in filed
    ]  # fmt: skip
    left_out = [{"line_id": int(line_id), "reason": reason} for line_id, reason in row.left_out.items()]
    return shaped(
        wire.GrantFile, row, grant_file_id=row.id, made_by=row.entered_by, lines=lines, left_out=left_out,
        results=[result_answer(one) for one in results], void=_void_answer(void),
    )  # fmt: skip


def _void_answer(row: GrantFileVoid | None) -> wire.GrantFileVoid | None:
    if row is None:
        return None
    return shaped(wire.GrantFileVoid, row, voided_by=row.entered_by, voided_at=row.entered_at)


def result_answer(row: GrantFileResult, known: bool = False) -> wire.GrantFileResult:
    return shaped(wire.GrantFileResult, row, grant_file_result_id=row.id, known=known)
