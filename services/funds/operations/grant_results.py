"""What the bank says of a grant batch, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.bank_files import GrantAtBank
from services.funds.domain.refusals.grants import GrantLineRepeated, GrantLineSettled, GrantLineUnknown, NoGrantLineGood
from services.funds.domain.refusals.spending import StepNotDue
from services.funds.operations import claw_backs
from services.funds.operations.grant_batches import give_back
from services.funds.operations.grants import answer
from services.funds.storage import grant_batches as storage
from services.funds.storage import grant_files, grant_holds, ledger
from services.funds.storage.tables import GrantBatch, GrantLine
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import funds_grants as wire


async def settle(session: AsyncSession, actor: Actor, batch_id: int, request: wire.NewGrantResult) -> wire.GrantBatch:
    """Enter the bank's results: paid lines are spent, returned lines give their money back to the allocation.

    A line in a file for the bank waits for the bank's answer to that file. Raises GrantAtBank.
    """
    row = await storage.visible(session, actor, batch_id, lock=True)
    if row is None:
        raise NotFound()
    if row.state != "ordered":
        raise StepNotDue(state=row.state)
    require_other_person(actor.person, row.ordered_person)
    require_order(request.settled_on, today=clock.office_today(), not_before=row.ordered_on, pointer="/settled_on")
    results = _results(request, await storage.lines_of(session, row.id))
    _require_in_no_file(request, results, await grant_files.holding(session, row.id))
    await carry_out(session, actor, row, request.settled_on, results)
    return await answer(session, row)


async def carry_out(
    session: AsyncSession, actor: Actor, row: GrantBatch, on: date, results: Sequence[tuple[GrantLine, str, str]]
) -> None:
    """What the bank did on one day to ordered lines of a batch the caller has locked: line, outcome, reference."""
    await storage.set_results(session, on, [(line.id, outcome, reference) for line, outcome, reference in results])
    if await storage.sum_of(session, row.id, "ordered") == 0:
        row.state = "settled"
    await grant_holds.release(session, [line.id for line, outcome, _ in results if outcome == "returned"])
    good = [line for line, outcome, _ in results if outcome == "paid"]
    await claw_backs.of_results(session, good, on)
    paid = sum(line.amount_fen for line in good)
    returned = sum(line.amount_fen for line, outcome, _ in results if outcome == "returned")
    await _post(session, actor, row, paid, returned, on)
    audit.record(session, actor, "grant.settle", f"grant_batch:{row.id}", paid_fen=paid, returned_fen=returned)


def _results(request: wire.NewGrantResult, lines: Iterable[GrantLine]) -> list[tuple[GrantLine, str, str]]:
    """Line, outcome and bank reference of every result.

    Raises GrantLineUnknown, GrantLineSettled, GrantLineRepeated, and NoGrantLineGood when there is no result at all.
    """
    by_id = {line.id: line for line in lines}
    found: list[tuple[GrantLine, str, str]] = []
    seen: set[int] = set()
    for index, result in enumerate(request.lines):
        line = by_id.get(result.line_id)
        if line is None or line.state in ("refused", "stopped", "waiting"):
            raise GrantLineUnknown(pointer=f"/lines/{index}/line_id")
        if line.state != "ordered":
            raise GrantLineSettled(pointer=f"/lines/{index}/line_id")
        if line.id in seen:
            raise GrantLineRepeated(pointer=f"/lines/{index}/line_id")
        seen.add(line.id)
        found.append((line, result.outcome, result.bank_reference))
    if request.all_paid_reference is not None:
        rest = [line for line in by_id.values() if line.state == "ordered" and line.id not in seen]
        found.extend((line, "paid", f"{request.all_paid_reference}-{line.number}") for line in rest)
    if not found:
        raise NoGrantLineGood()
    return found


def _require_in_no_file(
    request: wire.NewGrantResult, results: Sequence[tuple[GrantLine, str, str]], held: Mapping[int, tuple[int, str]]
) -> None:
    """Refuse a result by hand for what may be at the bank in a file: granted anew, it would be paid twice."""
    for index, (line, _, _) in enumerate(results):
        if line.id in held:
            file_id, number = held[line.id]
            pointer = f"/lines/{index}/line_id" if index < len(request.lines) else "/all_paid_reference"
            raise GrantAtBank(pointer=pointer, grant_file_id=file_id, file_number=number)


async def _post(
    session: AsyncSession, actor: Actor, row: GrantBatch, paid_fen: int, returned_fen: int, on: date
) -> None:
    if paid_fen:
        flying = await ledger.account_of(session, "batch_in_flight", row.id)
        paid = await ledger.account_of(session, "batch_paid", row.id)
        move = ledger.Movement(flying, paid, paid_fen, "pay", on, "grant_batch", row.id)
        await ledger.post(session, actor, row.county_code, [move])
    await give_back(session, actor, row, "batch_in_flight", returned_fen, on)
