"""The sheet 资金分配: exact amounts, its sum, every fault by row."""

from __future__ import annotations

import pytest

from services.funds.domain import allocation_sheet
from services.funds.domain.refusals import documents as refused
from shared.refusals import Refusal, TooLarge

HEAD: list[object] = ["序号", "县(市、区)", "区划代码", "金额(万元)"]


def rows(*body: list[object], total: object) -> list[list[object]]:
    return [HEAD, *body, ["", "合计", "", total]]


def test_rows_are_read_to_the_fen() -> None:
    read = allocation_sheet.read(
        rows([1.0, "蒙城县", "341622", 29.862588], [2.0, "涡阳县", 341621.0, "1.5"], total=31.362588)
    )
    assert [(line.row, line.division_code, line.amount_fen) for line in read] == [
        (2, "341622", 29_862_588),
        (3, "341621", 1_500_000),
    ]


@pytest.mark.parametrize(
    ("sheet", "kind", "row"),
    [
        ([], refused.WorkbookHeadersWrong, None),
        ([["序号", "县", "区划代码", "金额(元)"]], refused.WorkbookHeadersWrong, None),
        ([HEAD, [1, "蒙城县", "341622", 5]], refused.WorkbookSumMissing, None),
        (rows(total=1), refused.WorkbookRowWrong, 2),
        (rows([1, "蒙城县", "", 5], total=5), refused.WorkbookRowWrong, 2),
        (rows([1, "蒙城县", "34162x", 5], total=5), refused.WorkbookRowWrong, 2),
        (rows([1, "蒙城县", "341622", 5], [2, "涡阳县", "341621", 1.0000001], total=6), refused.WorkbookAmountWrong, 3),
        (rows([1, "蒙城县", "341622", "五"], total=5), refused.WorkbookAmountWrong, 2),
        (rows([1, "蒙城县", "3416221", 5], total=5), refused.WorkbookRowWrong, 2),
        (rows([1, "蒙城县", "341622", "1e999999999"], total=5), refused.WorkbookAmountWrong, 2),
        (rows([1, "蒙城县", "341622", "1_0"], total=10), refused.WorkbookAmountWrong, 2),
        (rows([1, "蒙城县", "341622", "５"], total=5), refused.WorkbookAmountWrong, 2),
        (rows([1, "蒙城县", "341622", "1000000000.000001"], total=5), refused.WorkbookAmountWrong, 2),
        (rows([1, "蒙城县", "341622", 5], total=6), refused.WorkbookSumWrong, 3),
        (rows(*([1, "蒙城县", "341622", 1] for _ in range(3_001)), total=3_001), TooLarge, None),
        (rows([1, "蒙城县", "341622", 5], total=""), refused.WorkbookAmountWrong, 3),
    ],
)
def test_a_wrong_sheet_is_refused_by_row(sheet: list[list[object]], kind: type[Refusal], row: int | None) -> None:
    with pytest.raises(kind) as caught:
        allocation_sheet.read(sheet)
    if row is not None:
        assert caught.value.facts["row"] == row
