"""Recorded statements can be asked of other subjects, and read without their trail."""

from __future__ import annotations

from uuid import UUID

from bench.recording import Recorded, Step, reading_only

ONE, OTHER = "018f2f6e-0000-7000-8000-000000000001", "018f2f6e-0000-7000-8000-000000000002"
NOTED = """
with span as materialized (
    select set_config('a', $1, true) as first
), page as materialized (
    select found.* from span cross join lateral (select id from people where id = $4) as found
), trail as (
    insert into read_trail (at, actor)
    select $2, $3
    from page having true
)
select * from page order by id"""


def test_the_same_statement_is_asked_of_another_subject() -> None:
    recorded = Recorded((Step("q", (UUID(ONE), "68", f"{ONE}:", b"1", ["王", "小"], 5)),))
    assert recorded.about(ONE, OTHER)[0].parameters == (UUID(OTHER), "68", f"{OTHER}:", b"1", ["王", "小"], 5)
    assert recorded.about(b"1", b"2")[0].parameters[3] == b"2"
    assert recorded.about("王小", "李明")[0].parameters[4] == ["李", "明"]


def test_without_its_trail_a_statement_keeps_only_the_parameters_it_reads_by() -> None:
    steps = (Step(NOTED, ("68", "now", "somebody", ONE)), Step("INSERT INTO read_trail", (1,)))
    (only,) = reading_only(steps)
    assert "insert" not in only.statement
    assert "id = $2" in only.statement
    assert only.parameters == ("68", ONE)
