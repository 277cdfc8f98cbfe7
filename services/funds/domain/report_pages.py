"""A report or bulletin as pages: titles, unit line, tables. Both files are written from these and from nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from services.funds.domain.progress import percent_text, points_ahead_text
from services.funds.domain.progress_reports import wan

Kind = Literal["text", "wan", "number", "percent"]
UNIT = "单位:万元"
SIDES = {"finance": "财政部门", "project": "项目主管部门", "third": "其他原因"}
STEPS = {
    "receipt_registration": "接收登记", "allocation": "分配到项目", "allocation_decision": "分配审定",
    "recall_decision": "收回审定", "tender": "招标采购", "contract": "签订合同", "works": "施工", "acceptance": "验收",
    "claim": "报账", "stopped": "停建处理", "claim_review": "报账审核", "payment": "支付", "bank": "银行到账",
    "retention_release": "质保金退还",
}  # fmt: skip
PACES = {"day": "按日", "month": "按月"}
BATCHES = {None: "全部批次", "advance": "提前下达批次", "regular": "正式下达批次"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header and how its values are shown. wan: fen, shown in 万元; percent: text of a rate."""

    header: str
    kind: Kind = "text"
    width: int = 12


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """What is printed: a title, lines under it, tables, lines for seal and signatures, and marks in the footer."""

    title: str
    lines: tuple[str, ...]
    tables: tuple[Table, ...]
    signatures: tuple[str, ...]
    edition: int
    sha256: str
    moment: datetime
    unit: str = UNIT

    @property
    def footer(self) -> str:
        return f"第{self.edition}版 SHA-256 {self.sha256}"


def number_of(kind: Kind, value: Any) -> Decimal | None:
    """The value as the number a cell holds; None for text and for what is not there."""
    if value is None or kind == "text":
        return None
    return wan(value) if kind == "wan" else Decimal(value)


def text_of(kind: Kind, value: Any) -> str:
    """The value as it is printed; a dash for what cannot be reckoned."""
    if value is None:
        return "—"
    return format(wan(value), ",f") if kind == "wan" else str(value)


AMOUNTS = (
    Column("收到资金", "wan", 14), Column("已分配", "wan", 14), Column("已支付", "wan", 14),
    Column("退回", "wan", 12), Column("扣留质保金", "wan", 12), Column("未支出", "wan", 14),
    Column("支出进度(%)", "percent", 11), Column("超序时进度(百分点)", "percent", 14),
    Column("结余率(%)", "percent", 11),
)  # fmt: skip
AREAS = (Column("排名", "number", 6), Column("地区", "text", 22), *AMOUNTS)
RANKING = (
    Column("排名", "number", 6), Column("地区", "text", 24), Column("资金总量", "wan", 16), Column("支出", "wan", 16),
    Column("未支出", "wan", 16), Column("支出进度(%)", "percent", 12), Column("超序时进度(百分点)", "percent", 16),
    Column("结余率(%)", "percent", 12),
)  # fmt: skip


def report_of(content: Mapping[str, Any], sha256: str) -> Document:
    """A frozen report as it is printed."""
    tables = [
        _areas(content),
        Table("二、分资金种类", _named("资金种类"), _rows(content["fund_kinds"], content["total"])),
        Table("三、分资金级次", _named("级次"), _rows(content["levels"], content["total"])),
        _waiting(content),
        _carry_over(content),
        _reclaim(content),
    ]
    if content["reduction"] is not None:
        tables.append(_reduction(content["reduction"]))
    title = f"{content['division_name']}{content['fund_year']}年度财政扶贫资金支出进度{content['kind_label']}表"
    return Document(
        title, _lines(content), tuple(tables), ("填报单位(盖章):", "单位负责人:", "审核人:", "填表人:"),
        content["edition"], sha256, moment_of(content),
    )  # fmt: skip


def _lines(content: Mapping[str, Any]) -> tuple[str, ...]:
    rule = content["definition"]
    period = f"报告期:{content['period']}({content['first_on']}至{content['last_on']}),数据截至{content['as_of']}"
    money = [BATCHES[content["batch"]], content["fund_kind_label"] or "全部资金种类"]
    if content["special"] is not None:
        money.append("专项扶贫资金" if content["special"] else "专项扶贫资金以外")
    basis = PACES.get(rule["pace_basis"], rule["pace_basis"])
    measured = (
        f"口径:{rule['name']}({'、'.join(money)});目标{rule['target']},截止日{rule['cut_off']},"
        f"序时进度{rule['pace_percent']}%({basis}计算);依据:{rule['target_source']}"
    )
    unmoneyed = content["areas_without_money"]
    sent = f"填报:{content['drafted_office']};报送:{content['sent_office']},{content['sent_on']}"
    return (period, measured, sent, *((f"未收到资金的地区:{'、'.join(unmoneyed)}",) if unmoneyed else ()))


def _named(header: str) -> tuple[Column, ...]:
    return (Column(header, "text", 28), *AMOUNTS)


def _amounts(row: Mapping[str, Any]) -> tuple[Any, ...]:
    names = (
        "received_fen", "allocated_fen", "paid_fen", "returned_fen", "withheld_fen", "unspent_fen",
        "progress_percent", "points_ahead", "balance_percent",
    )  # fmt: skip
    return tuple(row[name] for name in names)


def _rows(rows: Iterable[Mapping[str, Any]], total: Mapping[str, Any]) -> tuple[tuple[Any, ...], ...]:
    """Rows closed by 合计: the exact sum, rounded once."""
    return (*((row["label"], *_amounts(row)) for row in rows), ("合计", *_amounts(total)))


def _areas(content: Mapping[str, Any]) -> Table:
    rows = [(row["rank"], row["label"], *_amounts(row)) for row in content["areas"]]
    return Table("一、分地区", AREAS, (*rows, (None, "合计", *_amounts(content["total"]))))


def _waiting(content: Mapping[str, Any]) -> Table:
    columns = (
        Column("责任方", "text", 16), Column("环节", "text", 16), Column("滞留资金", "wan", 14),
        Column("其中超期", "wan", 14), Column("笔数", "number", 8), Column("最长天数", "number", 10),
    )  # fmt: skip
    rows = tuple(
        (
            SIDES.get(row["responsible"], row["responsible"]),
            STEPS.get(row["step"], row["step"]) + ("" if row["received"] else "(下达途中)"), row["amount_fen"],
            row["late_fen"], row["items"], row["longest_days"],
        )
        for row in content["waiting"]
    )  # fmt: skip
    return Table("四、未支出资金所在环节", columns, rows)


def _carry_over(content: Mapping[str, Any]) -> Table:
    columns = (Column("结转时间", "text", 20), Column("资金年度", "text", 24), Column("未支出", "wan", 16))
    rows = tuple(
        (row["label"], "、".join(map(str, row["fund_years"])), row["unspent_fen"]) for row in content["carry_over"]
    )
    return Table("五、结转结余", columns, rows)


def _reclaim(content: Mapping[str, Any]) -> Table:
    columns = (
        Column("地区", "text", 22), Column("资金年度", "number", 10), Column("资金种类", "text", 22),
        Column("结转起始日", "text", 14), Column("可收回", "wan", 14), Column("已占用", "wan", 14),
    )  # fmt: skip
    names = ("division_name", "fund_year", "fund_kind_label", "carried_over_since", "free_fen", "bound_fen")
    rows = tuple(tuple(row[name] for name in names) for row in content["reclaim"])
    return Table(f"六、结转{content['carry_over_reclaim_years']}年以上应收回资金", columns, rows)


def _reduction(stated: Mapping[str, Any]) -> Table:
    columns = (
        Column("减贫户数", "number", 12), Column("减贫人数", "number", 12), Column("退出村数", "number", 12),
        Column("数据来源", "text", 40),
    )  # fmt: skip
    row = tuple(stated[name] for name in ("households", "people", "villages", "source"))
    return Table("七、减贫情况(填报单位自报)", columns, (row,))


def bulletin_title(division_name: str, fund_year: int) -> str:
    return f"关于{division_name}{fund_year}年度财政扶贫资金支出进度情况的通报"


@dataclass(frozen=True, slots=True)
class Rates:
    """Rates of a row as bulletins show them; None when nothing was received."""

    progress: str | None
    points_ahead: str | None
    balance: str | None


def rates_of(row: Mapping[str, Any], pace: str, places: int) -> Rates:
    """Rates to so many places, each rounded once from the exact fraction; `pace` is a fraction of whole numbers."""
    if row["progress"] is None:
        return Rates(None, None, None)
    value = Fraction(row["spent_fen"], row["spent_fen"] + row["unspent_fen"])
    return Rates(
        percent_text(value, places),
        points_ahead_text(value, Fraction(pace), places),
        percent_text(1 - value, places),
    )


def bulletin_of(content: Mapping[str, Any], sha256: str, places: int = 2) -> Document:
    """The ranking bulletin (通报) of a frozen report."""
    pace = content["definition"]["pace_exact"]
    ranked = [row for row in content["areas"] if row["rank"] is not None]
    others = [row for row in content["areas"] if row["rank"] is None]
    rows = [(row["rank"], row["label"], *_short(row, pace, places)) for row in ranked]
    total = (None, "合计", *_short(content["total"], pace, places))
    tables = [Table("支出进度排名", RANKING, (*rows, total))]
    if others:
        own = tuple((None, row["label"], *_short(row, pace, places)) for row in others)
        tables.append(Table("不参加排名的资金(已计入合计)", RANKING, own))
    return Document(
        bulletin_title(content["division_name"], content["fund_year"]), _lines(content), tuple(tables),
        ("印发单位(盖章):", "签发人:"), content["edition"], sha256, moment_of(content),
    )  # fmt: skip


def _short(row: Mapping[str, Any], pace: str, places: int) -> tuple[Any, ...]:
    rates = rates_of(row, pace, places)
    amounts = (row["received_fen"], row["spent_fen"], row["unspent_fen"])
    return (*amounts, rates.progress, rates.points_ahead, rates.balance)


def moment_of(content: Mapping[str, Any]) -> datetime:
    """When it was sent, in UTC: the date of every file made of it."""
    return datetime.fromisoformat(content["sent_at"]).astimezone(UTC)
