"""What of an area's money waits on a day, at which step, since when, and with whom."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import positions as domain
from services.funds.domain import responsibilities
from services.funds.domain.delays import Waiting
from services.funds.domain.parameters import Parameters
from services.funds.domain.questions import Question
from services.funds.operations import positions
from services.funds.storage import responsibilities as storage


async def load(session: AsyncSession, question: Question, values: Parameters) -> list[Waiting]:
    """Every unspent fen of the area at its one step; with retention not due it is all that is not spent.

    Who answers for it is the step's rule, or what was decided on that money with effect on the day.
    """
    facts = await positions.load(session, question, values)
    return await _answering(session, question, facts)


async def with_offices(session: AsyncSession, question: Question) -> list[Waiting]:
    """Of it, what offices hold and no project: few rows, however large the area.

    Whether a county's planned projects lack money is not looked up: ask `load` who answers for a county's receipts.
    """
    return await _answering(session, question, await positions.of_offices(session, question))


async def _answering(session: AsyncSession, question: Question, facts: domain.Facts) -> list[Waiting]:
    waiting = domain.waiting_of(facts, question.area, question.as_of)
    rulings = responsibilities.in_force(await storage.rulings(session, question), question.as_of)
    return responsibilities.answering(waiting, rulings)
