"""Sheets as clerks fill them in: blanks, names drawn apart, empty numbers, missing heads. Read for certain or refused
with row, column, rule and remedy; nothing is cut, joined or dropped in silence."""

from __future__ import annotations

from typing import Any

import pytest

from services.registry.domain import workbook_columns as columns
from services.registry.domain.workbooks import OTHER_ROW
from tests.services.registry.people import born, number
from tests.services.registry.sheets import OFFICER, carried_out, csv_bytes, family, head_row, person_row, report, xlsx
from tests.support.harness import Harness

HOUSEHOLDS = "/api/v1/registry/households"
Rows = list[dict[str, Any]]


async def results(county: Harness, rows: Rows, headers: tuple[str, ...] = columns.HEADERS) -> tuple[int, list[str]]:
    """How many households were taken in, and what the report says of each row."""
    done = await carried_out(county, xlsx(rows, headers))
    assert done["state"] == "done", done
    return done["households_ok"], [row[-1] for row in (await report(county, done["id"]))[1:]]


async def files(county: Harness) -> list[dict[str, Any]]:
    async with county.as_(OFFICER) as client:
        listed = (await client.get(HOUSEHOLDS)).json()["items"]
        return [(await client.get(f"{HOUSEHOLDS}/{row['id']}")).json() for row in listed]


async def test_a_household_without_a_head_says_so_and_not_what_the_heads_row_would_have_to_state(
    county: Harness,
) -> None:
    taken, told = await results(county, [*family("1")[1:], head_row("2")])
    assert taken == 1
    assert told[:2] == [
        "与户主关系:每户须有且只有一名户主,本户没有户主→在户主本人一行填“户主”,并在该行填写户信息",
        OTHER_ROW,
    ]


async def test_a_second_head_is_told_on_its_row_with_the_row_of_the_first(county: Harness) -> None:
    rows = [head_row("1"), person_row("1"), head_row("1", **{columns.NUMBER: number(born(40)), "组": "二组"})]
    taken, told = await results(county, rows)
    assert taken == 0
    assert told == [
        OTHER_ROW,
        OTHER_ROW,
        "与户主关系:每户须有且只有一名户主,本户在第 2 行已有户主→一户只留一名户主,不同的户填不同的号",
    ]


@pytest.mark.parametrize("blank", ["", " ", "\u3000", "\u00a0", "\u3000 "])
async def test_rows_without_a_household_number_are_never_one_household(county: Harness, blank: str) -> None:
    rows = [
        *[row | {columns.SERIAL: blank} for row in family("1")],
        *[row | {columns.SERIAL: blank} for row in family("2")],
    ]
    done = await carried_out(county, xlsx([*rows, head_row("3")]))
    assert (done["households_total"], done["households_ok"], done["rows_refused"]) == (7, 1, 6)
    told = [row[-1] for row in (await report(county, done["id"]))[1:]]
    assert told == ["户序号:缺少必填项→补填此格"] * 6 + ["已导入"]


async def test_a_household_followed_by_a_row_without_a_number_is_not_taken_in_without_it(county: Harness) -> None:
    one = family("1")
    one[1][columns.SERIAL] = one[2][columns.SERIAL] = ""  # a number merged over the rows, and unmerged again
    taken, told = await results(county, [*one, {}, *family("2")])
    assert taken == 1
    assert told[:3] == [
        "第 3 行没有填户号,不能确定是否属于本户→每一行都填户号,同一户的填同一个号",
        *["户序号:缺少必填项→补填此格"] * 2,
    ]


async def test_a_second_header_row_is_a_refused_row_and_hinders_nobody(county: Harness) -> None:
    taken, told = await results(county, [dict(zip(columns.HEADERS, columns.HEADERS, strict=True)), *family("1")])
    assert taken == 1
    assert "不在规定的代码表中" in told[0]
    assert told[1:] == ["已导入"] * 3


async def test_a_national_number_twice_in_a_sheet_is_said_to_be_so(county: Harness) -> None:
    rows = [head_row(serial) | {"户编号": "123"} for serial in "12"]
    taken, told = await results(county, rows, (*columns.HEADERS, "户编号"))
    assert taken == 0
    assert all("或在本表中重复→核对户编号,一户一号" in result for result in told)


async def test_household_numbers_too_long_to_be_told_apart_are_refused(county: Harness) -> None:
    taken, told = await results(county, [head_row("1" * 100), head_row("1" * 100 + "2"), head_row("1" * 100 + "3")])
    assert taken == 1
    assert told == ["已导入", *["户序号:内容太长,至多 100 个字→缩短内容"] * 2]


async def test_a_group_is_kept_whole_or_refused_with_its_limit(county: Harness) -> None:
    taken, told = await results(county, [head_row("1", 组="组" * 50), head_row("2", 组="组" * 51)])
    assert (taken, told) == (1, ["已导入", "组:内容太长,至多 50 个字→缩短内容"])
    assert [file["group"] for file in await files(county)] == ["组" * 50]


async def test_blanks_in_names_are_read_for_certain_or_asked_about(county: Harness) -> None:
    rows = [
        head_row("1", **{columns.NAME: "张\u3000三"}),
        head_row("2", **{columns.NAME: "阿里•买买提\u00a0"}),
        head_row("3", **{columns.NAME: "阿里 买买提"}),
        head_row("4", **{columns.NAME: "张三②"}),
    ]
    taken, told = await results(county, rows)
    assert taken == 2
    assert told[2] == "姓名:姓名中有空格→核对身份证后去掉空格,少数民族姓名用间隔号“·”"
    assert told[3] == "姓名:含有带圈、上标等不是普通数字的字符→改填普通数字 0 至 9"
    assert [file["members"][0]["name"] for file in await files(county)] == ["张三", "阿里·买买提"]


async def test_superscripts_and_circled_digits_in_numbers_are_faults_of_their_cells(county: Harness) -> None:
    extra = ("建房年份", "耕地面积(亩)", "首次识别时间")
    one = number(born(45))
    cells = {
        "务工月数": "⑥", "工资性收入(元)": "12²", columns.PHONE: "1381234000⁰", columns.ACCOUNT: "621700001234567⑧",
        columns.NUMBER: one[:-1] + "②", "建房年份": "199⁸", "耕地面积(亩)": "3²", "首次识别时间": "2015-01-0①",
    }  # fmt: skip
    taken, (told,) = await results(county, [head_row("1", **cells)], (*columns.HEADERS, *extra))
    assert taken == 0
    seen = {part.partition(":")[0] for part in told.split(";")}
    assert seen == cells.keys() - {columns.NUMBER}  # rules of the file are asked once its cells can be read


async def test_cells_of_nothing_but_blanks_are_empty_cells(county: Harness) -> None:
    rows = [row | {key: "\u3000 " for key, cell in row.items() if cell == ""} for row in family("1")]
    rows.append(dict.fromkeys(columns.HEADERS, " "))
    done = await carried_out(county, xlsx(rows))
    assert (done["rows_total"], done["households_ok"], done["rows_refused"]) == (3, 1, 0), await report(
        county, done["id"]
    )


async def test_household_cells_repeated_on_each_row_may_be_spelt_with_blanks(county: Harness) -> None:
    rows = family("1")
    rows[1] |= {"组": "一组 ", columns.VILLAGE: int(rows[0][columns.VILLAGE])}
    taken, told = await results(county, rows)
    assert (taken, told) == (1, ["已导入"] * 3)


async def test_one_person_spelt_with_blanks_in_another_household_is_the_same_person(county: Harness) -> None:
    one = number(born(30))
    spelt = (one, f"{one[:6]} {one[6:14]} {one[14:]}", f"{one[:6]}\u3000{one[6:]}", f"{one[:6]}\u00a0{one[6:]}")
    rows = [head_row(str(place), **{columns.NUMBER: text}) for place, text in enumerate(spelt)]
    taken, told = await results(county, rows)
    assert taken == 0
    assert [text.partition("→")[0] for text in told] == [
        "证件号码:与第 3、4、5 行重复", "证件号码:与第 2、4、5 行重复",
        "证件号码:与第 2、3、5 行重复", "证件号码:与第 2、3、4 行重复",
    ]  # fmt: skip


async def test_headers_may_be_written_with_full_width_brackets_blanks_and_line_breaks(county: Harness) -> None:
    spelt = {"工资性收入(元)": "工资性收入（元）", "民族": " 民\u3000族 ", "是否通电": "是否\n通电"}
    headers = tuple(spelt.get(header, header) for header in columns.HEADERS)
    rows = [{spelt.get(header, header): cell for header, cell in row.items()} for row in family("1")]
    taken, told = await results(county, rows, headers)
    assert (taken, told) == (1, ["已导入"] * 3)


async def test_what_stands_under_no_header_is_told_and_its_household_not_taken_in(county: Harness) -> None:
    lines = csv_bytes([head_row("1"), head_row("2"), head_row("3")], "utf-8").decode().split("\r\n")
    lines[2] = lines[2].replace("一组", "一组,东头")  # a comma in a cell without quotes moves all that follows
    lines[3] += ",另见附页"
    done = await carried_out(county, "\r\n".join(lines).encode())
    assert (done["households_ok"], done["rows_refused"]) == (1, 2)
    async with county.as_(OFFICER) as client:
        told = (await client.get(f"/api/v1/registry/household-imports/{done['id']}/report")).text.splitlines()
    for line in told[2:4]:
        assert "AE 列没有表头,却有内容→删去此格,或在第 1 行补上表头" in line
