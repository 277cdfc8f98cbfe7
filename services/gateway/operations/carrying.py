"""Large bodies on their way from socket to socket within the kernel: nothing of them is copied into this process."""

from __future__ import annotations

import asyncio
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from services.gateway.upstream.line import Broken

WORTHWHILE = 1024 * 1024
"""Bytes below which it is no gain."""
PIPE = 512 * 1024
"""Bytes that are on their way at once."""
POSSIBLE = hasattr(os, "splice")
"""Linux only. Elsewhere bodies are copied."""


class Gone(Exception):
    """Whoever the body was for has hung up, or takes nothing of it any more."""


async def carry(
    source: int, target: int, count: int, source_s: float, target_s: float, over: Callable[[], bool]
) -> bool:
    """Move `count` bytes between two sockets that do not block, given by their descriptors.

    False when there is no pipe to be had: nothing was moved then.
    Broken when the source ends before, TimeoutError when it gives nothing for `source_s`; Gone when the target is
    closed, takes nothing for `target_s`, or when `over` says that it ends.
    """
    loop = asyncio.get_running_loop()
    with _pipe() as pipe:
        if pipe is None:
            return False
        (inner, outer), held = pipe, 0
        while count or held:
            if over():
                raise Gone
            if not held:
                held = _taken(source, outer, min(count, PIPE))
                count -= held
            if not held:
                await _ready(loop.add_reader, loop.remove_reader, source, source_s)
            elif sent := _given(inner, target, held):
                held -= sent
            else:
                try:
                    await _ready(loop.add_writer, loop.remove_writer, target, target_s)
                except TimeoutError as error:
                    raise Gone from error
    return True


@contextmanager
def _pipe() -> Iterator[tuple[int, int] | None]:
    """Both ends of a pipe; None when there is none to be had."""
    try:
        inner, outer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        yield None
        return
    try:
        with suppress(OSError):  # as large as it may be
            fcntl.fcntl(outer, fcntl.F_SETPIPE_SZ, PIPE)
        yield inner, outer
    finally:
        os.close(inner)
        os.close(outer)


def _taken(source: int, outer: int, most: int) -> int:
    """Bytes taken from the source now; 0 when there are none yet."""
    try:
        taken = os.splice(source, outer, most, flags=os.SPLICE_F_NONBLOCK)
    except BlockingIOError:
        return 0
    except OSError as error:
        raise Broken("connection ended") from error
    if not taken:
        raise Broken("connection ended")
    return taken


def _given(inner: int, target: int, most: int) -> int:
    """Bytes given to the target now; 0 when it takes none yet."""
    try:
        return os.splice(inner, target, most, flags=os.SPLICE_F_NONBLOCK)
    except BlockingIOError:
        return 0
    except OSError as error:
        raise Gone from error


async def _ready(watch: Callable[..., Any], leave: Callable[[int], Any], descriptor: int, seconds: float) -> None:
    """Wait until a socket has something to give, or takes something."""
    waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    watch(descriptor, _settle, waiter)
    try:
        async with asyncio.timeout(seconds):
            await waiter
    finally:
        leave(descriptor)


def _settle(waiter: asyncio.Future[None]) -> None:
    if not waiter.done():
        waiter.set_result(None)
