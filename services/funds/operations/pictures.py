"""Picture data of an area's money: the flow, and the areas below compared."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from services.funds.domain import delays
from services.funds.domain import pictures as domain
from services.funds.domain.delays import Waiting
from services.funds.domain.divisions import SOURCE_LEVELS, child_of
from services.funds.domain.progress import Totals, decimal_text, gap_of, percent_text, progress_of, verdict_of
from services.funds.domain.questions import Question
from services.funds.operations import deadlines, forecast, spending, waits
from services.funds.operations.progress import Answered
from services.funds.storage import forecast as project_storage
from services.funds.storage import lists
from services.funds.storage import pictures as storage
from services.funds.storage import spending as spending_storage
from shared.chassis.identity import Actor
from shared.chassis.peers import Peer
from shared.schemas import funds_pictures as wire

COUNTY = 6
SIDES = {
    "finance": ("财政环节", "Waiting with finance"),
    "project": ("项目环节", "Waiting with projects"),
    "third": ("第三方原因", "Waiting for a third cause"),
}
ENDS = {domain.PAID: ("已支付到收款人", "Paid"), domain.RETENTION: ("质保金未到期", "Retention not due")} | SIDES
PURPOSES = {"works": ("工程类", "Works"), "grants": ("补助到人到户", "Grants to people")}
NO_PROJECT = ("未分配到项目", "Not allocated to a project")


def head_of(answered: Answered, title: tuple[str, str]) -> dict[str, Any]:
    """What every picture says of itself."""
    asked = answered.applied.asked
    return {
        "division_code": asked.area,
        "division_name": answered.name,
        "fund_year": asked.fund_year,
        "as_of": asked.as_of,
        "fund_kind": asked.fund_kind,
        "batch": asked.batch or "all",
        "title_zh": f"{answered.name}{asked.fund_year}年{title[0]}",
        "title_en": f"{title[1]}, {asked.fund_year}",
    }


async def flow(
    session: AsyncSession, actor: Actor, peer: Peer, question: Question, project_by: str
) -> wire.FlowPicture:
    """The flow of one of the actor's areas. Raises ProjectGroupingUnknown and what `forecast.answer` raises."""
    grouping = domain.grouping_of(project_by)
    answered = await forecast.answer(session, actor, peer, question)
    projects = await project_storage.project_kinds(session, answered.question, grouping)
    streams = await _streams(session, answered, projects)
    picture = domain.flow_of(streams)
    labels = await _labels(session, answered, picture.nodes)
    total = answered.total
    return wire.FlowPicture(
        **head_of(answered, ("资金流向", "Flow of the money")),
        project_by=grouping,
        received_fen=total.received_fen,
        spent_fen=total.numerator_fen,
        withheld_not_due_fen=sum(one.amount_fen for one in streams if one.end == domain.RETENTION),
        nodes=[_node(node, labels.get(node.node_id, (node.key, node.key))) for node in picture.nodes],
        links=[
            wire.FlowLink(source=link.source, target=link.target, value_fen=link.amount_fen) for link in picture.links
        ],
    )


def _node(node: domain.Node, names: tuple[str, str]) -> wire.FlowNode:
    return wire.FlowNode(
        id=node.node_id, layer=node.layer, key=node.key, zh=names[0], en=names[1], value_fen=node.amount_fen
    )


async def _streams(session: AsyncSession, answered: Answered, projects: Mapping[str, str]) -> list[domain.Stream]:
    """All received money: paid and withheld by allocation, the rest where it waits."""
    question, area = answered.question, answered.question.area
    levels = {row.code: row.source_level for row in await lists.fund_kinds(session)}
    waiting = [item for item in await waits.load(session, question, answered.values) if item.received]
    holders = await _holders(session, waiting)
    sums: dict[tuple[str, str, str, str], int] = defaultdict(int)
    for row, place, totals in await spending_storage.by_allocation(session, question):
        if row is not None:
            way = (row.fund_kind, child_of(place, area), projects.get(row.project_code, ""))
            sums[(*way, domain.PAID)] += totals.numerator_fen
            sums[(*way, domain.RETENTION)] += totals.withheld_fen
    for item, place in zip(waiting, holders, strict=True):
        free = not item.project_code or item.step == "allocation_decision"
        project = domain.NO_PROJECT if free else projects.get(item.project_code, "")
        way = (item.fund_kind, child_of(place, area), project)
        sums[(*way, item.responsible)] += item.amount_fen
        if item.step == "retention_release":
            sums[(*way, domain.RETENTION)] -= item.amount_fen
    return [domain.Stream(levels[way[0]], *way, fen) for way, fen in sorted(sums.items()) if fen]


async def _holders(session: AsyncSession, waiting: Sequence[Waiting]) -> list[str]:
    """Where each piece counts as received: with who drew a line, with the county of a proposal, else where it waits."""
    lines = {_line_of(item) for item in waiting} - {None}
    drawn = await project_storage.holders_of_lines(session, [number for number in lines if number is not None])
    return [_holder(item, drawn) for item in waiting]


def _line_of(item: Waiting) -> int | None:
    kind, _, number = item.reference.partition(":")
    return int(number) if kind == "line" else None


def _holder(item: Waiting, drawn: Mapping[int, str]) -> str:
    if item.step == "allocation_decision":
        return item.division_code[:COUNTY]
    return drawn.get(_line_of(item) or 0, item.division_code)


async def _labels(
    session: AsyncSession, answered: Answered, nodes: Iterable[domain.Node]
) -> dict[str, tuple[str, str]]:
    areas = await lists.division_names(session, [node.key for node in nodes if node.layer == "area"])
    kinds = {row.code: (row.label_zh, row.label_en) for row in await lists.fund_kinds(session)}
    categories = {row.code: (row.label_zh, row.label_en) for row in await storage.project_kinds(session)}
    by_layer: dict[str, dict[str, tuple[str, str]]] = {
        "level": SOURCE_LEVELS,
        "kind": kinds,
        "area": {code: (name, name) for code, name in areas.items()} | {answered.question.area: (answered.name,) * 2},
        "project": categories | PURPOSES | {domain.NO_PROJECT: NO_PROJECT},
        "end": ENDS,
    }
    return {f"{layer}:{key}": names for layer, found in by_layer.items() for key, names in found.items()}


async def heat(session: AsyncSession, actor: Actor, peer: Peer, question: Question, measure: str) -> wire.HeatPicture:
    """The areas right below one of the actor's areas. Raises MeasureUnknown and what `forecast.answer` raises."""
    wanted = domain.measure_of(measure)
    answered = await forecast.answer(session, actor, peer, question)
    groups = await spending.groups(session, answered.question, "division")
    heats = await _heats(session, answered)
    names = await lists.division_names_below(session, question.area)
    codes = sorted(set(groups) | set(names))
    names |= await lists.division_names(session, codes)
    names[question.area] = answered.name
    whole = _row(answered, wanted, question.area, names, answered.total, _together(heats.values()))
    zh, en, unit = domain.MEASURES[wanted]
    rows = [_row(answered, wanted, code, names, groups.get(code, Totals()), heats.get(code, {})) for code in codes]
    return wire.HeatPicture(
        **head_of(answered, (f"下辖各地{zh}", f"{en} by area")),
        measure=wanted,
        measure_zh=zh,
        measure_en=en,
        measure_unit=unit,
        target=answered.applied.main.value,
        rows=rows,
        whole=whole.model_copy(update={"own": False}),
    )


async def _heats(session: AsyncSession, answered: Answered) -> dict[str, dict[str, int]]:
    """By area right below: waiting fen by side, and what of it is late under `late`."""
    question = answered.question
    waiting = [item for item in await waits.load(session, question, answered.values) if item.received]
    due = (await deadlines.load(session, question, answered.values, waiting)).due
    holders = await _holders(session, waiting)
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for item, place in zip(waiting, holders, strict=True):
        sums = found[child_of(place, question.area)]
        sums[item.responsible] += item.amount_fen
        sums["late"] += sum(one.waiting.amount_fen for one in delays.measure([item], question.as_of, due) if one.late)
    return found


def _together(heats: Iterable[Mapping[str, int]]) -> dict[str, int]:
    sums: dict[str, int] = defaultdict(int)
    for one in heats:
        for key, amount in one.items():
            sums[key] += amount
    return sums


def _row(
    answered: Answered,
    measure: domain.Measure,
    code: str,
    names: Mapping[str, str],
    totals: Totals,
    sums: Mapping[str, int],
) -> wire.HeatRow:
    rule, counts = answered.rule, answered.applied.counts
    progress = progress_of(totals, rule.counted)
    if totals == Totals():
        return _empty(answered, code, names)
    shown = None if progress is None else decimal_text(progress)
    gap = gap_of(totals, rule.target, rule.counted) if counts else 0
    year, as_of = answered.question.fund_year, answered.question.as_of
    unspent = totals.received_fen - totals.numerator_fen
    heat = domain.Heat(sums.get("late", 0), {side: sums.get(side, 0) for side in SIDES}, unspent)
    return wire.HeatRow(
        **_named(answered, code, names),
        received_fen=totals.received_fen,
        spent_fen=rule.counted.spent_fen(totals),
        value=domain.value_of(measure, shown, gap, heat),
        progress=shown,
        progress_percent=None if progress is None else percent_text(progress),
        verdict=verdict_of(totals, year, as_of, rule) if counts else None,
        gap_fen=gap,
        late_fen=heat.late_fen,
        waiting=[
            wire.SideSum(side=side, zh=zh, en=en, amount_fen=heat.waiting_fen[side]) for side, (zh, en) in SIDES.items()
        ],
    )


def _empty(answered: Answered, code: str, names: Mapping[str, str]) -> wire.HeatRow:
    """An area without money: nothing is measured."""
    nothing = dict.fromkeys(("value", "progress", "progress_percent", "verdict", "gap_fen", "late_fen", "waiting"))
    return wire.HeatRow.model_validate(
        {**_named(answered, code, names), "received_fen": 0, "spent_fen": 0, **nothing}
    )  # fmt: skip


def _named(answered: Answered, code: str, names: Mapping[str, str]) -> dict[str, Any]:
    return {"division_code": code, "name": names.get(code, code), "own": code == answered.question.area}
