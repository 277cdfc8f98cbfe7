"""The bar of loading the country's divisions."""

from __future__ import annotations

from bench.pairs import against
from bench.results import Bar, Result
from bench.run import Run
from services.registry.operations.division_loads import load_country

BAR = Bar("divisions_load", "s", 1.0, higher_is_better=False)
LIMIT_S = 60.0


async def measure(run: Run) -> list[Result]:
    """The whole country into registers with no division yet."""
    seconds = []
    for number in range(run.size.division_loads):
        register = await run.ground.register(f"divisions{number}")
        with run.reporter.steps("divisions of the country", 1) as steps:
            seconds.append((await load_country(register.app_dsn)).seconds)
            steps.advance()
    return [Result(BAR, against(LIMIT_S, *seconds))]
