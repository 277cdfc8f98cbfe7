"""The bank's two files as bytes and lines, and what a line means against what was known before."""

from __future__ import annotations

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain import bank_files as rules
from services.funds.domain.refusals.bank_files import (
    ResultAmountChanged,
    ResultContradicts,
    ResultOfOtherFile,
    ResultTotalWrong,
    ResultUnreadable,
)
from shared.refusals import Refusal

DAY = date(2025, 5, 13)


def orders(*amounts: int) -> list[rules.Order]:
    return [
        rules.Order(f"n-{number}", '某,公司"甲"', "6228480402564890018", "农行", amount, "P1")
        for number, amount in enumerate(amounts)
    ]


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@given(st.lists(st.integers(min_value=1, max_value=10**13), min_size=1, max_size=20))
def test_the_file_carries_every_order_and_its_last_line_their_count_and_sum(amounts: list[int]) -> None:
    content = rules.render("N", orders(*amounts))
    rows = rows_of(content)
    assert content.startswith(b"\xef\xbb\xbf")
    assert [rules.fen_of(row[5]) for row in rows[1:-1]] == amounts
    assert rows[-1][:2] + rows[-1][5:6] == ["合计", str(len(amounts)), rules.yuan(sum(amounts))]
    assert {row[2] for row in rows[1:-1]} == {'某,公司"甲"'}
    assert rules.render("N", orders(*amounts)) == content


@given(st.lists(st.integers(min_value=1, max_value=10**13), min_size=1, max_size=20), st.data())
def test_an_answer_reads_back_as_written_and_one_changed_amount_shows(amounts: list[int], data: st.DataObject) -> None:
    total = rules.yuan(sum(amounts))
    body = [["N", f"n-{i}", rules.yuan(fen), "成功", "2025-05-13", f"r{i}", ""] for i, fen in enumerate(amounts)]
    rows = [list(rules.RESULT_HEADERS), *body, ["合计", str(len(amounts)), total, "", "", "", ""]]
    numbered = list(enumerate(rows, 1))
    assert [line.amount_fen for line in rules.read_results("N", numbered)] == amounts
    changed = data.draw(st.integers(min_value=1, max_value=len(amounts)))
    rows[changed][2] = rules.yuan(amounts[changed - 1] + 1)
    with pytest.raises(ResultTotalWrong):
        rules.read_results("N", numbered)
    rows[changed][2] = rules.yuan(amounts[changed - 1])
    rows[changed][0] = "M"
    with pytest.raises(ResultOfOtherFile):
        rules.read_results("N", numbered)


@pytest.mark.parametrize(
    "text", ["", "1", "1.2", "1.234", "01.00", "-1.00", "+1.00", "1,000.00", "1e2", "１.00", "1.00元", ".50", "nan"]
)
def test_only_yuan_with_two_decimals_is_an_amount(text: str) -> None:
    assert rules.fen_of(text) is None


def test_two_decimals_are_fen_exactly() -> None:
    assert [rules.fen_of(text) for text in ("0.01", "0.10", "1.00", "9999999999999.99")] == [
        1,
        10,
        100,
        999999999999999,
    ]


def result(outcome: rules.Outcome, reference: str = "r1", amount: int = 100) -> rules.Result:
    return rules.Result(2, "n-0", amount, outcome, DAY, reference, "")


def ordered(state: str, reference: str | None = None, *back: str) -> rules.Ordered:
    return rules.Ordered(100, state, reference, frozenset(back))


@pytest.mark.parametrize(
    ("line", "known", "expected"),
    [
        (result("paid"), ordered("ordered"), True),
        (result("refused"), ordered("ordered"), True),
        (result("returned"), ordered("ordered"), True),
        (result("accepted"), ordered("ordered"), False),
        (result("accepted"), ordered("paid", "r1"), False),
        (result("paid"), ordered("paid", "r1"), False),
        (result("paid", "r2"), ordered("paid", "r1"), ResultContradicts),
        (result("refused"), ordered("paid", "r1"), ResultContradicts),
        (result("paid"), ordered("refused", "r1"), ResultContradicts),
        (result("refused"), ordered("refused", "r1"), False),
        (result("returned"), ordered("refused", "r1"), ResultContradicts),
        (result("returned", "b1"), ordered("paid", "r1"), True),
        (result("returned", "b1"), ordered("returned", "r1", "b1"), False),
        (result("returned", "b2"), ordered("returned", "r1", "b1"), ResultContradicts),
        (result("paid", "r1"), ordered("returned", "r1", "b1"), False),
        (result("refused", "r1"), ordered("returned", "r1", "b1"), ResultContradicts),
        (result("paid", amount=101), ordered("ordered"), ResultAmountChanged),
        (result("paid"), None, ResultOfOtherFile),
    ],
)
def test_a_line_is_news_said_before_or_a_contradiction(
    line: rules.Result, known: rules.Ordered | None, expected: bool | type[Refusal]
) -> None:
    if isinstance(expected, bool):
        assert rules.news_of(line, known) is expected
        return
    with pytest.raises(expected):
        rules.news_of(line, known)


def test_an_order_named_twice_in_one_answer_and_too_many_lines_are_refused() -> None:
    line = ["N", "n-0", "1.00", "成功", "2025-05-13", "r", ""]
    twice = [list(rules.RESULT_HEADERS), line, line, ["合计", "2", "2.00"]]
    with pytest.raises(Refusal):
        rules.read_results("N", list(enumerate(twice, 1)))
    many = [list(rules.RESULT_HEADERS), *[line] * (rules.MAX_LINES + 1), ["合计", "501", "501.00"]]
    with pytest.raises(ResultUnreadable):
        rules.read_results("N", list(enumerate(many, 1)))
