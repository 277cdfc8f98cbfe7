"""The bank's answer to a file of grants: checked whole, entered whole or not at all, once however often it comes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import bank_files as rules
from services.funds.domain.days import require_order
from services.funds.domain.persons import require_other_person
from services.funds.domain.refusals.bank_files import FileVoided, ResultContradicts
from services.funds.operations import claw_backs, grant_results
from services.funds.operations.bank_results import rows_of
from services.funds.operations.grant_files import result_answer
from services.funds.storage import claw_backs as claw_back_storage
from services.funds.storage import decisions, grant_batches
from services.funds.storage import grant_files as storage
from services.funds.storage import grant_returns as grant_returns_storage
from services.funds.storage.tables import GrantFile, GrantFileResult, GrantLine, GrantReturn
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import funds_grant_files as wire

MAX_BYTES = 4 * 1024 * 1024
OUTCOMES = {"paid": "paid", "refused": "returned", "returned": "returned"}
"""What becomes of a grant by what the bank says of its order."""

Told = tuple[GrantLine, str, str]
"""A line, what became of it, the bank's reference."""
Back = tuple[GrantLine, GrantReturn]
"""A paid line the bank sent back."""


async def enter(session: AsyncSession, actor: Actor, file_id: int, content: bytes) -> wire.GrantFileResult:
    """Enter the bank's answer. Orders it does not name, or names as taken only, stay with the bank."""
    row = await storage.visible(session, actor, file_id)
    batch = None if row is None else await grant_batches.visible(session, actor, row.batch_id, lock=True)
    if row is None or batch is None:
        raise NotFound()
    if await storage.voids_of(session, [row.id]):
        raise FileVoided()
    sha256 = rules.hash_of(content)
    known = await storage.results_of(session, row.id, sha256)
    if known:
        return result_answer(known[0], known=True)
    require_other_person(actor.person, batch.ordered_person)
    results = rules.read_results(row.number, rows_of(content, MAX_BYTES), rules.MAX_GRANTS)
    counts, news, backs = await _news(session, row, results)
    for on in sorted(news):
        await grant_results.carry_out(session, actor, batch, on, news[on])
    for grant, back in backs:
        await claw_backs.sent_back(session, actor, batch, grant, back)
    entered = _entered(row, sha256, results, counts)
    decisions.sign(actor, entered)
    await storage.add_result(session, entered)
    audit.record(session, actor, "grant_file.enter_result", f"grant_file:{row.id}", sha256=sha256, lines=len(results))
    return result_answer(entered)


def _entered(row: GrantFile, sha256: str, results: list[rules.Result], counts: Counter[str]) -> GrantFileResult:
    return GrantFileResult(
        grant_file_id=row.id, content_sha256=sha256, line_count=len(results),
        total_fen=sum(result.amount_fen for result in results),
        **{name: counts[name] for name in ("paid", "returned", "accepted", "repeated")},
    )  # fmt: skip


async def _news(
    session: AsyncSession, row: GrantFile, results: list[rules.Result]
) -> tuple[Counter[str], dict[date, list[Told]], list[Back]]:
    """Check every line against its order; by day what is new, and what was paid before and sent back."""
    filed = {line.end_to_end_id: grant for line, grant in await storage.lines_of(session, row.id)}
    references = await grant_returns_storage.references_of(session, [grant.id for grant in filed.values()])
    recovered = await claw_back_storage.references_of(session, [grant.id for grant in filed.values()])
    counts: Counter[str] = Counter()
    news: dict[date, list[Told]] = defaultdict(list)
    backs: list[Back] = []
    for result in results:
        grant = filed.get(result.end_to_end_id)
        if not rules.news_of(result, _ordered(grant, references, recovered)):
            counts["accepted" if result.outcome == "accepted" else "repeated"] += 1
            continue
        if grant is None or grant.state not in ("ordered", "paid"):
            raise ResultContradicts(row=result.row)
        not_before = max(row.made_on, grant.settled_on or row.made_on)
        require_order(result.on, today=clock.office_today(), not_before=not_before, pointer="/file")
        outcome = OUTCOMES[result.outcome]
        counts[outcome] += 1
        if grant.state == "paid":
            backs.append((grant, _back(row, grant, result)))
        else:
            news[result.on].append((grant, outcome, result.reference))
    return counts, news, backs


def _back(row: GrantFile, grant: GrantLine, result: rules.Result) -> GrantReturn:
    return GrantReturn(
        line_id=grant.id, county_code=row.county_code, amount_fen=grant.amount_fen,
        returned_on=result.on, returned_by="bank", reason=result.reason or "退汇", bank_reference=result.reference,
    )  # fmt: skip


def _ordered(
    grant: GrantLine | None, references: Mapping[int, str], recovered: Mapping[int, str]
) -> rules.Ordered | None:
    """How the grant stands, in the words of orders; a returned one was refused or sent back: either is no news.

    One got back after a death was paid, and the bank goes on saying so, or that it sent it back, as `recovered` says;
    so was one that came back later, with what the bank said of that in `references`.
    """
    if grant is None:
        return None
    if grant.id in references:
        return rules.Ordered(grant.amount_fen, "returned", grant.bank_reference, frozenset({references[grant.id]}))
    if grant.id in recovered:
        return rules.Ordered(grant.amount_fen, "recovered", grant.bank_reference, frozenset({recovered[grant.id]}))
    if grant.state != "returned":
        return rules.Ordered(grant.amount_fen, grant.state, grant.bank_reference)
    said = frozenset({grant.bank_reference} if grant.bank_reference else ())
    return rules.Ordered(grant.amount_fen, "refused", grant.bank_reference, said)
