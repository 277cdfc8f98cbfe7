"""Bars of the gateway: its processor time beside nginx's, reads and streams through it beside straight to the service.

Everything is on: form of the request, token, rights, limits, inner token, trace. The cheap service behind it
(`bench/sink.py`) is what nginx stands before as well; streams come from a service under uvicorn, as those of the suite
(`bench/large_bodies.py`); reads go to the register.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bench import asking, reads, streaming
from bench.asking import get
from bench.gateway_ground import Front, behind, cpu_seconds, front, nginx, prepare
from bench.memory import Watch, resident_mib
from bench.pairs import Pairs, against, interleaved
from bench.reads import Read
from bench.results import Bar, Result
from bench.run import Run

CPU = Bar("gateway_cpu", "req/cpu s", 0.25)
ALONE = Bar("gateway_cpu_alone", "req/cpu s", None)
LIST = Bar("gateway_list", "req/s", 0.80)
POINT = Bar("gateway_point", "req/s", 0.65)
STREAM = Bar("gateway_stream", "MiB/s", 0.75)
STREAM_DOWN, STREAM_UP = Bar("gateway_stream_down", "MiB/s", None), Bar("gateway_stream_up", "MiB/s", None)
STREAM_NGINX = Bar("gateway_stream_nginx", "MiB/s", None)
STREAM_MEMORY = Bar("gateway_stream_memory", "MiB", 1.0, higher_is_better=False)
IDLE_MEMORY = Bar("gateway_idle_memory", "MiB", 1.0, higher_is_better=False)
GIB_MEMORY = Bar("gateway_gib_memory", "MiB", 1.0, higher_is_better=False)
CONNECTIONS = 32
IDLE, IDLE_MIB, GROWTH_MIB = 10_000, 300.0, 64.0
MIB = 1024**2
LINE = "/api/v1/registry/line"
FILES = "/api/v1/registry"
SHEETS = "/api/v1/registry/household-imports"
SETTLE_S = 1.0


async def measure(run: Run) -> list[Result]:
    """All bars of the gateway, the cheap service first."""
    await prepare(run.ground)
    found: list[Result] = []
    with behind("bench.sink") as service:
        gate = await asyncio.to_thread(front, run.ground, service)
        await _warm(gate)
        found += await _cpu(run, gate, service)
        found += await _idle(gate)
        await asyncio.to_thread(gate.service.stop)
    with behind("bench.large_bodies") as service:
        gate = await asyncio.to_thread(front, run.ground, service)
        await _warm(gate)
        found += await _streams(run, gate, service)
        await asyncio.to_thread(gate.service.stop)
    return found + await _reads(run)


async def _warm(gate: Front) -> None:
    await asking.load(gate.port, CONNECTIONS, lambda: get(LINE, gate.token()), 1.0)


async def _cpu(run: Run, gate: Front, service: int) -> list[Result]:
    """Requests per second of processor time: the gateway's, beside nginx's that only passes on."""
    with nginx(run.ground, service) as other:
        if other is None:
            run.reporter.say("no nginx here: gateway_cpu is told without its limit")
            alone = [await _per_cpu(run, gate.port, gate.pid, gate.token) for _ in range(run.size.pairs)]
            return [Result(ALONE, against(1.0, *alone))]
        port, pid = other
        pairs = await interleaved(
            run.size.pairs,
            lambda _: _per_cpu(run, gate.port, gate.pid, gate.token),
            lambda _: _per_cpu(run, port, pid, gate.token),
        )
        return [Result(CPU, pairs)]


async def _per_cpu(run: Run, port: int, pid: int, token: Callable[[], str]) -> float:
    """What the process does by itself all the time (looking for work in its database) is no part of a request."""
    resting = await _resting(pid)
    before = cpu_seconds(pid)
    done = await asking.load(port, CONNECTIONS, lambda: get(LINE, token()), run.size.seconds * 2)
    return done.requests / (cpu_seconds(pid) - before - resting * done.seconds)


async def _resting(pid: int) -> float:
    """Processor seconds per second of a process nobody asks anything."""
    before = cpu_seconds(pid)
    await asyncio.sleep(SETTLE_S)
    return (cpu_seconds(pid) - before) / SETTLE_S


async def _reads(run: Run) -> list[Result]:
    """A page of people and one household through the gateway, beside the same straight to the register."""
    gate = await asyncio.to_thread(front, run.ground, run.whole.service.port)
    await asking.load(gate.port, 1, lambda: get("/api/v1/registry/divisions/68", gate.token()), 0.2)
    people, household = await reads.villages(run.whole), await reads.households(run.whole)
    found = [Result(LIST, await _through(run, gate, people)), Result(POINT, await _through(run, gate, household))]
    await asyncio.to_thread(gate.service.stop)
    return found


async def _through(run: Run, gate: Front, read: Read) -> Pairs:
    straight, outer = read.requests(), read.requests(gate.token)

    async def side(port: int, request: Callable[[], bytes]) -> float:
        return (await asking.load(port, reads.CONNECTIONS, request, run.size.seconds)).per_second

    return await interleaved(
        run.size.pairs,
        lambda _: side(gate.port, outer),
        lambda _: side(run.whole.service.port, straight),
    )


async def _streams(run: Run, gate: Front, service: int) -> list[Result]:
    """100 MiB each way beside straight to the service, and 1 GiB each way for the memory."""
    resting, size = resident_mib(gate.pid), 100 * MIB
    with Watch(gate.pid) as watch:
        down = await _way(run, lambda port, token: streaming.download(port, FILES, token, size), gate, service)
        up = await _way(run, lambda port, token: streaming.upload(port, SHEETS, token, size), gate, service)
    growth = watch.peak - resting
    beside = await _nginx_down(run, gate, service, size)
    resting = resident_mib(gate.pid)
    with Watch(gate.pid) as watch:
        await streaming.download(gate.port, FILES, gate.token(), 1024 * MIB)
        await streaming.upload(gate.port, SHEETS, gate.token(), 1024 * MIB)
    return [
        Result(STREAM, min(down, up, key=lambda pairs: pairs.ratio)),
        Result(STREAM_DOWN, down),
        Result(STREAM_UP, up),
        *beside,
        Result(STREAM_MEMORY, against(GROWTH_MIB, growth)),
        Result(GIB_MEMORY, against(GROWTH_MIB, watch.peak - resting)),
    ]


async def _nginx_down(run: Run, gate: Front, service: int, size: int) -> list[Result]:
    """What nginx passes on of the same: every byte is copied twice more, whoever does it."""
    with nginx(run.ground, service) as other:
        if other is None:
            return []
        port, _ = other
        pairs = await interleaved(
            run.size.pairs,
            lambda _: streaming.download(port, FILES, gate.token(), size),
            lambda _: streaming.download(service, FILES, gate.token(), size),
        )
        return [Result(STREAM_NGINX, pairs)]


async def _way(run: Run, move: Callable[[int, str], Awaitable[float]], gate: Front, service: int) -> Pairs:
    return await interleaved(
        run.size.pairs, lambda _: move(gate.port, gate.token()), lambda _: move(service, gate.token())
    )


async def _idle(gate: Front) -> list[Result]:
    """10,000 connections that were used once and wait."""
    opened = await streaming.idle(gate.port, IDLE)
    try:
        await asyncio.sleep(SETTLE_S)
        return [Result(IDLE_MEMORY, against(IDLE_MIB, resident_mib(gate.pid)))]
    finally:
        for transport in opened:
            transport.close()
