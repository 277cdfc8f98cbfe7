"""SQL of the bank's word on several orders at once, each entered by an actor of its own.

Plain rows and statements over all of them: a lot is as many round trips as it has steps, however many orders are in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.chassis import clock
from shared.chassis.identity import Actor
from shared.chassis.row_security import hull

Asked = Sequence[tuple[int, Actor]]
"""Ids, each with the actor who must see what it names. No id stands twice."""
Order = Row[Any]
"""A payment, whether its claim is seen too, and the ids of the accounts its money may move between."""
_SEEN = (
    "exists (select from unnest(cast(:ids as bigint[]), cast(:firsts as text[]), cast(:ends as text[]))"
    " asks (id, first, past) where asks.id = p.id"
    " and {0}.division_code >= asks.first and {0}.division_code < asks.past)"
)
_ORDERS = text(
    "select p.id, p.claim_id, p.allocation_id, p.county_code, p.fund_year, p.order_no, p.amount_fen, p.payee_name,"  # noqa: S608 - texts of this file
    " p.payee_uscc, p.ordered_on, p.entered_by, p.entered_person, p.state, p.settled_on, p.bank_reference,"
    f" {_SEEN.format('c')} as claim_seen,"
    " flying.id as in_flight, taken.id as paid, claimed.id as claim"
    " from payments p join claims c on c.id = p.claim_id"
    " join ledger_accounts flying on flying.kind = 'in_flight' and flying.owner_id = p.id"
    " join ledger_accounts taken on taken.kind = 'paid' and taken.owner_id = p.id"
    " join ledger_accounts claimed on claimed.kind = 'claim' and claimed.owner_id = p.claim_id"
    f" where p.id = any(cast(:ids as bigint[])) and {_SEEN.format('p')} order by p.id for update of p, c"
)


async def locked(session: AsyncSession, asked: Asked) -> dict[int, Order]:
    """Payments by id that lie in the scope of who asks for them, locked with their claims in the order of their ids."""
    spans = [(one, hull([area])) for one, actor in asked for area in actor.scope]
    values: dict[str, Any] = {"ids": [one for one, _ in spans]}
    values |= {"firsts": [span[0] for _, span in spans], "ends": [span[1] for _, span in spans]}
    return {row.id: row for row in await session.execute(_ORDERS, values)}


_IN_FILES = text(
    "select payment_id, bank_file_id from bank_file_lines n where payment_id = any(cast(:ids as bigint[]))"
    " and not exists (select 1 from bank_file_voids v where v.bank_file_id = n.bank_file_id)"
)


async def files_of(session: AsyncSession, payments: Sequence[int]) -> dict[int, int]:
    """By payment, locked before, the file for the bank it stands in, if in any."""
    return {row.payment_id: row.bank_file_id for row in await session.execute(_IN_FILES, {"ids": list(payments)})}


@dataclass(frozen=True, slots=True)
class Settled:
    """What the bank says of one order, and who entered it."""

    payment_id: int
    claim_id: int
    outcome: str
    settled_on: date
    bank_reference: str
    account: str
    person: str
    office: str


_COLUMNS = {
    "payment_id": "bigint", "claim_id": "bigint", "outcome": "text", "settled_on": "date", "bank_reference": "text",
    "account": "text", "person": "text", "office": "text",
}  # fmt: skip
_NOTE = text(
    "with said as (select * from"  # noqa: S608 - names of this file
    f" unnest({', '.join(f'cast(:{name} as {kind}[])' for name, kind in _COLUMNS.items())}) s ({', '.join(_COLUMNS)})"
    "), of_payment as (update payments p set state = said.outcome, settled_on = said.settled_on, settled_at = :at,"
    " settled_by = said.account, bank_reference = said.bank_reference from said where p.id = said.payment_id"
    "), of_claim as (update claims c set state = case said.outcome when 'paid' then 'paid' else 'approved' end"
    " from said where c.id = said.claim_id)"
    " insert into decisions (subject_type, subject_id, step, outcome, opinion, decided_on, recorded_at, decided_by,"
    " decided_person, decided_office)"
    " select 'payment', payment_id, 'result', outcome, '', settled_on, :at, account, person, office from said"
)


async def note(session: AsyncSession, settled: Sequence[Settled]) -> None:
    """Put what the bank says on the payments and their claims, and keep who entered it."""
    values: dict[str, Any] = {name: [getattr(one, name) for one in settled] for name in _COLUMNS}
    await session.execute(_NOTE, values | {"at": clock.now()})
