"""What offices do with files for the bank: build one from ordered payments, take it, look it up."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import bank_files as rules
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.bank_files import (
    FileAccountChanged,
    FileAnswered,
    FileChanged,
    FileOfOneCounty,
    FileSettled,
    FileVoided,
    PayeeAccountMissing,
    PayeeAccountWaits,
    PaymentRepeated,
)
from services.funds.domain.refusals.spending import StepNotDue
from services.funds.operations import payee_accounts
from services.funds.storage import bank_files as storage
from services.funds.storage import bank_workbooks, decisions
from services.funds.storage import payee_accounts as account_storage
from services.funds.storage.sealing import Seals
from services.funds.storage.tables import BankFile, BankFileLine, BankFileVoid, BankResult, PayeeAccount, Payment
from shared.chassis import audit, clock, paging
from shared.chassis.database import Database
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import funds_bank_files as wire
from shared.schemas.wire import Page

Filed = tuple[BankFileLine, Payment, PayeeAccount]


async def build(session: AsyncSession, actor: Actor, seals: Seals, request: wire.NewBankFile) -> wire.BankFile:
    """A file of ordered payments of one county, each in one file only, on accounts that may be paid on today."""
    payments = await _payments(session, actor, request.payment_ids)
    county_code = payments[0][0].county_code
    today = clock.office_today()
    number = f"{county_code}-{today:%Y%m%d}-{uuid.uuid4().hex[:10]}"
    filed: list[Filed] = []
    for index, (payment, project_code) in enumerate(payments):
        account = await _account(session, payment, index)
        line = BankFileLine(
            number=index + 1, payment_id=payment.id, payee_account_id=account.id, amount_fen=payment.amount_fen,
            end_to_end_id=f"{number}-{index + 1:04d}", purpose=project_code,
        )  # fmt: skip
        filed.append((line, payment, account))
    row = BankFile(
        number=number, county_code=county_code, made_on=today, line_count=len(filed),
        total_fen=sum(line.amount_fen for line, _, _ in filed),
        content_sha256=rules.hash_of(rules.render(number, _orders(seals, filed))),
    )  # fmt: skip
    decisions.sign(actor, row)
    await storage.add(session, row, [line for line, _, _ in filed])
    audit.record(
        session, actor, "bank_file.build", f"bank_file:{row.id}", lines=row.line_count, total_fen=row.total_fen,
        sha256=row.content_sha256,
    )  # fmt: skip
    return _answer(row, filed, [])


async def _payments(session: AsyncSession, actor: Actor, ids: Sequence[int]) -> list[tuple[Payment, str]]:
    """The payments asked for, in the order asked. Raises NotFound, PaymentRepeated, StepNotDue, FileOfOneCounty."""
    if len(set(ids)) != len(ids):
        raise PaymentRepeated()
    found = await storage.payments_to_send(session, actor, ids)
    if len(found) != len(ids):
        raise NotFound()
    payments = [found[number] for number in ids]
    for index, (payment, _) in enumerate(payments):
        if payment.state != "ordered":
            raise StepNotDue(pointer=f"/payment_ids/{index}", state=payment.state)
        if payment.county_code != payments[0][0].county_code:
            raise FileOfOneCounty(pointer=f"/payment_ids/{index}")
    return payments


async def _account(session: AsyncSession, payment: Payment, index: int) -> PayeeAccount:
    """The account of a payment's payee, in the payee's own name: the one ordered in, or one projects give it by now."""
    pointer = f"/payment_ids/{index}"
    try:
        account = await payee_accounts.usable(session, payment.county_code, payment.payee_uscc, clock.office_today())
    except (PayeeAccountMissing, PayeeAccountWaits) as refusal:
        refusal.pointer = pointer
        raise
    if account.payee_name != payment.payee_name:
        names = await account_storage.contractor_names(session, payment.county_code, payment.payee_uscc)
        if account.payee_name not in names:
            raise PayeeAccountMissing(pointer=pointer)
    return account


def _orders(seals: Seals, filed: Sequence[Filed]) -> list[rules.Order]:
    """The file's orders in clear: made from its lines whenever they are needed, kept nowhere."""
    return [
        rules.Order(
            line.end_to_end_id, account.payee_name, account_storage.opened(seals, account), account.bank_name,
            line.amount_fen, line.purpose,
        )
        for line, _, account in filed
    ]  # fmt: skip


async def take(
    session: AsyncSession, actor: Actor, seals: Seals, trail: Database, file_id: int, form: wire.FileForm
) -> tuple[str, bytes]:
    """The file's name and bytes, the one place where accounts leave in clear: written down before they do."""
    row = await storage.visible(session, actor, file_id)
    if row is None:
        raise NotFound()
    await storage.lock_results(session, row.id)
    await require_holds(session, row)
    filed = await storage.lines_of(session, row.id)
    if any(payment.state != "ordered" for _, payment, _ in filed):
        raise FileSettled()
    in_force = await account_storage.in_force(session, row.county_code)
    if changed := sum(account.id not in in_force for _, _, account in filed):
        raise FileAccountChanged(lines=changed)
    orders = _orders(seals, filed)
    if rules.hash_of(rules.render(row.number, orders)) != row.content_sha256:
        raise FileChanged()
    subjects = [f"payee_account:{account.id}" for _, _, account in filed]
    audit.record(session, actor, "bank_file.take", f"bank_file:{row.id}", sha256=row.content_sha256)
    await session.flush()
    purpose = actor.purpose or f"bank_file:{row.id}"
    await audit.record_read(trail, actor, "bank_file.take", subjects, "account", purpose)
    return f"{row.number}.{form}", bank_workbooks.formed(row.number, orders, form)


async def require_holds(session: AsyncSession, row: BankFile) -> None:
    """Refuse a file that was taken back. Raises FileVoided."""
    if await storage.voids_of(session, [row.id]):
        raise FileVoided()


async def void(session: AsyncSession, actor: Actor, file_id: int, request: wire.NewBankFileVoid) -> wire.BankFile:
    """Another person takes a file back the bank has not answered; its payments may go into a new one.

    Whoever does it sees to it that the bank does not carry out what may have been sent. Raises FileVoided,
    FileAnswered, SamePerson.
    """
    row = await storage.visible(session, actor, file_id)
    if row is None:
        raise NotFound()
    await storage.lock_results(session, row.id)
    await require_holds(session, row)
    if await storage.results_of(session, row.id):
        raise FileAnswered()
    require_other_person(actor.person, row.entered_person)
    taken_back = BankFileVoid(bank_file_id=row.id, reason=request.reason)
    decisions.sign(actor, taken_back)
    await storage.add_void(session, taken_back)
    audit.record(session, actor, "bank_file.void", f"bank_file:{row.id}", lines=row.line_count)
    return await get(session, actor, file_id)


async def get(session: AsyncSession, actor: Actor, file_id: int) -> wire.BankFile:
    row = await storage.visible(session, actor, file_id)
    if row is None:
        raise NotFound()
    lines, results = await storage.lines_of(session, row.id), await storage.results_of(session, row.id)
    return _answer(row, lines, results, (await storage.voids_of(session, [row.id])).get(row.id))


async def list_files(
    session: AsyncSession, actor: Actor, area: str, cursor: str | None, limit: int
) -> Page[wire.BankFileHead]:
    after = paging.decode(cursor, int)
    found = await storage.list_visible(session, actor, area, int(after[0]) if after else None, limit + 1)
    voids = await storage.voids_of(session, [row.id for row in found])
    items = [wire.BankFileHead.model_validate(_head(row, voids.get(row.id))) for row in found[:limit]]
    return Page(items=items, next_cursor=paging.encode(items[-1].bank_file_id) if len(found) > limit else None)


def _head(row: BankFile, void: BankFileVoid | None) -> dict[str, object]:
    own = {"bank_file_id", "made_by", "void"}
    values = {name: getattr(row, name) for name in set(wire.BankFileHead.model_fields) - own}
    said = None if void is None else {
        "reason": void.reason, "voided_by": void.entered_by, "voided_at": void.entered_at,
    }  # fmt: skip
    return values | {"bank_file_id": row.id, "made_by": row.entered_by, "void": said}


def _answer(
    row: BankFile, filed: Sequence[Filed], results: Sequence[BankResult], void: BankFileVoid | None = None
) -> wire.BankFile:
    lines = [
        wire.BankFileLine.model_validate(
            {
                "end_to_end_id": line.end_to_end_id,
                "payment_id": payment.id,
                "amount_fen": line.amount_fen,
                "payee_name": account.payee_name,
                "account_masked": account.account_masked,
                "bank_name": account.bank_name,
                "state": payment.state,
            }
        )
        for line, payment, account in filed
    ]
    return wire.BankFile.model_validate(
        _head(row, void) | {"lines": lines, "results": [result_answer(result) for result in results]}
    )


def result_answer(row: BankResult, known: bool = False) -> wire.BankResult:
    own = {"bank_result_id", "known"}
    values = {name: getattr(row, name) for name in set(wire.BankResult.model_fields) - own}
    return wire.BankResult(**values, bank_result_id=row.id, known=known)
