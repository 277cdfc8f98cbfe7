"""What offices do about an alert: reply, review, conclude. Each step is kept and none is written over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import alert_handling as rules
from services.funds.domain.alert_handling import Done, Hand, Next, Standing, Step
from services.funds.operations.alerts import file_of, rule_of
from services.funds.storage import alert_rules as rule_storage
from services.funds.storage import alerts as storage
from services.funds.storage import calendars
from services.funds.storage.tables import Alert, AlertAction
from shared.chassis import audit, clock
from shared.chassis.identity import Actor
from shared.refusals import NotFound
from shared.schemas import funds_alerts as wire


@dataclass(frozen=True, slots=True)
class Open:
    """An alert somebody is about to take a step on, its row held."""

    row: Alert
    chain: list[Step]
    actions: Sequence[AlertAction]

    @property
    def standing(self) -> Standing:
        row = self.row
        return Standing(row.state, row.colour, row.round, row.step, row.office, row.book_code)

    @property
    def done(self) -> list[Done]:
        return [Done(action.round, action.step, action.done_person) for action in self.actions]


async def reply(session: AsyncSession, actor: Actor, alert_id: int, request: wire.NewAlertReply) -> wire.AlertFile:
    """The office concerned says how it is (单位反馈), with a paper where the colour asks for one."""
    alert = await _held(session, actor, alert_id)
    rules.require_impersonal("/words", request.words)
    paper = request.paper
    if paper is not None:
        rules.require_impersonal("/paper/name", paper.name)
    following = rules.reply(alert.chain, alert.standing, _hand(actor, alert), with_paper=paper is not None)
    if paper is not None:
        alert.row.papered_at = clock.now()
    return await _take(session, actor, alert, following, "replied", request.words, paper)


async def review(session: AsyncSession, actor: Actor, alert_id: int, request: wire.NewAlertReview) -> wire.AlertFile:
    """A first or second review (初审、复审): passed on, or sent back to the unit."""
    alert = await _held(session, actor, alert_id)
    rules.require_impersonal("/words", request.words)
    following = rules.review(alert.chain, alert.standing, alert.done, _hand(actor, alert), request.outcome)
    return await _take(session, actor, alert, following, request.outcome, request.words)


async def conclude(
    session: AsyncSession, actor: Actor, alert_id: int, request: wire.NewAlertConclusion
) -> wire.AlertFile:
    """The conclusion: doubt and violation keep the alert open for a further round, normal and corrected close it."""
    alert = await _held(session, actor, alert_id)
    rules.require_impersonal("/words", request.words)
    following = rules.conclude(alert.chain, alert.standing, alert.done, _hand(actor, alert), request.outcome)
    row, accepted = alert.row, (request.accepted_fen, request.accepted_days)
    rules.require_accepted(request.outcome, (row.amount_fen, row.days), accepted)
    row.conclusion = request.outcome
    if request.outcome == "normal":
        await _judge(session, row, *accepted)
    return await _take(session, actor, alert, following, request.outcome, request.words)


async def _judge(session: AsyncSession, row: Alert, accepted_fen: int | None, accepted_days: int | None) -> None:
    """Note how far the cause is normal: as stated, else its amount now and the days the rule grants beyond today's."""
    rule = await rule_of(session, row)
    row.judged_fen = row.amount_fen if accepted_fen is None else accepted_fen
    row.judged_days = row.days + rule.again_after_days if accepted_days is None else accepted_days
    row.judged_occurrences = row.occurrences


async def _held(session: AsyncSession, actor: Actor, alert_id: int) -> Open:
    row = await storage.visible(session, actor, alert_id, lock=True)
    if row is None:
        raise NotFound()
    chains = await rule_storage.chains(session)
    return Open(row, chains[row.chain], await storage.actions_of(session, row.id))


def _hand(actor: Actor, alert: Open) -> Hand:
    """Who takes a step; an office that has taken over from the one addressed stands for it."""
    return Hand(actor.person, actor.standing_for(alert.row.office), actor.sector, actor.level)


async def _take(
    session: AsyncSession,
    actor: Actor,
    alert: Open,
    following: Next,
    outcome: str,
    words: str,
    paper: wire.AlertPaper | None = None,
) -> wire.AlertFile:
    """Keep the step with its days, and let the next one begin."""
    row, today = alert.row, clock.office_today()
    calendar = await calendars.load(session, row.book_code)
    action = AlertAction(
        alert_id=row.id, number=len(alert.actions) + 1, round=row.round, step=row.step, outcome=outcome, words=words,
        paper_name=paper.name if paper else None, paper_sha256=paper.sha256 if paper else None,
        since=row.step_since, due_on=row.step_due_on, done_on=today,
        working_days=calendar.between(row.step_since, today), late=today > row.step_due_on,
        amount_fen=row.amount_fen, days=row.days, recorded_at=clock.now(), done_by=actor.account,
        done_person=actor.person, done_office=actor.office,
    )  # fmt: skip
    await storage.add_action(session, action)
    row.late_steps += action.late
    if following.round > row.round:
        row.papered_at = None
    row.round, row.step, row.step_since = following.round, following.step, today
    row.step_due_on = calendar.add(today, rules.step_of(alert.chain, following.step).deadline_days)
    if following.closed_why is not None:
        row.state, row.closed_at, row.closed_why = "closed", clock.now(), following.closed_why
    await session.flush()
    audit.record(session, actor, f"alert.{outcome}", f"alert:{row.id}", step=action.step, round=action.round)
    return await file_of(session, row)
