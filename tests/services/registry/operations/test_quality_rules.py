"""Every checked rule of data quality, on a file that breaks it and on files that do not."""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

import pytest_asyncio

from services.registry.domain.quality_rules import CHECKED_RULES
from services.registry.operations import quality_work
from services.registry.storage.quality_household_checks import HOUSEHOLD_CHECKS
from services.registry.storage.quality_member_checks import MEMBER_CHECKS
from tests.services.registry.people import TOWNSHIP, county_officer
from tests.services.registry.quality_cases import AT_THE_LIMIT, CASES
from tests.services.registry.quality_files import BASE_OF, BASES, OF_BASE, UNGUARDED, File, write
from tests.support.harness import Harness

Found = dict[UUID, set[str]]
OFFICER = county_officer("quality.read", "quality.run")


@pytest_asyncio.fixture
async def unguarded(county: Harness, owner: Any) -> Harness:
    """A register whose tables take rows that the register itself refuses."""
    for statement in UNGUARDED:
        await owner.execute(statement)
    return county


async def found_in(registry: Harness, owner: Any, area: str = TOWNSHIP) -> Found:
    """Run over an area and read the numbers found, by household."""
    async with registry.as_(OFFICER) as client:
        answer = await client.post("/api/v1/registry/quality-runs", json={"division_code": area})
    assert answer.status_code == 202, answer.text
    while await owner.fetchval("select count(*) from quality_runs where state in ('queued', 'running')"):
        await quality_work.run_one(registry.fastapi.state.database, registry.fastapi.state.seals, "test")
    found: Found = defaultdict(set)
    for row in await owner.fetch("select household_id, rule from quality_findings where closed_run is null"):
        found[row["household_id"]].add(row["rule"])
    return found


def expected(check: str, base: str) -> set[str]:
    """The numbers under which a file of this base breaks the condition and what goes with it."""
    broken = {check, *CASES[check].also}
    return {
        number for number, rule in CHECKED_RULES.items() if rule.check in broken and rule.population in OF_BASE[base]
    }


async def test_every_checked_rule_finds_the_file_that_breaks_it_and_nothing_else_in_it(
    unguarded: Harness, owner: Any
) -> None:
    files = {number: CASES[rule.check].file(BASE_OF[rule.population]) for number, rule in CHECKED_RULES.items()}
    beside = [file for case in CASES.values() for file in case.others()]
    await write(unguarded, [*files.values(), *beside])
    found = await found_in(unguarded, owner)
    wrong = {}
    for number, file in files.items():
        rule = CHECKED_RULES[number]
        wanted = expected(rule.check, BASE_OF[rule.population])
        assert number in wanted
        if found[file.id] != wanted:
            wrong[number] = (rule.check, sorted(found[file.id] ^ wanted))
    assert wrong == {}


async def test_a_sound_file_of_every_population_breaks_no_rule(unguarded: Harness, owner: Any) -> None:
    files = [File(facts) for facts in BASES.values()]
    await write(unguarded, files)
    assert await found_in(unguarded, owner) == {}


async def test_a_file_just_within_a_figure_breaks_no_rule(unguarded: Harness, owner: Any) -> None:
    files = {name: case.file(base) for name, (base, case) in AT_THE_LIMIT.items()}
    await write(unguarded, list(files.values()))
    found = await found_in(unguarded, owner)
    assert {name: found[file.id] for name, file in files.items() if file.id in found} == {}


def test_every_condition_has_a_case_and_every_rule_a_condition() -> None:
    used = {rule.check for rule in CHECKED_RULES.values()}
    assert set(CASES) == used == set(MEMBER_CHECKS) | set(HOUSEHOLD_CHECKS)
    for rule in CHECKED_RULES.values():
        assert rule.check in (MEMBER_CHECKS if rule.scope == "member" else HOUSEHOLD_CHECKS), rule.number
