"""Running the reader of large sheets: lines of JSON out of a process that can be killed."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import Any, BinaryIO

from shared.chassis.sheet_faults import BadSheet

READER = Path(__file__).with_name("sheet_reader.py")
LONGEST_LINE = 64 * 1024 * 1024
SILENCE_S = 600.0
"""A reader that says nothing for so long is ended; its processor time is limited by itself."""


@asynccontextmanager
async def _reader(file: BinaryIO, wanted: dict[str, Any]) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(READER), json.dumps(wanted),
        stdin=file, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, limit=LONGEST_LINE, env={},
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def lines(file: BinaryIO, wanted: dict[str, Any]) -> AsyncGenerator[bytes]:
    """Lines as the reader writes them. BadSheet for what is no sheet; whatever ends the reader is the file's fault."""
    file.flush()
    file.seek(0)
    async with _reader(file, wanted) as process:
        assert process.stdout is not None
        while True:
            try:
                line = await asyncio.wait_for(process.stdout.readline(), SILENCE_S)
            except (TimeoutError, ValueError) as error:
                raise BadSheet("too_large") from error
            if not line:
                break
            if line.startswith(b'{"fault"'):
                fault = json.loads(line)
                raise BadSheet(fault["fault"], **fault["facts"])
            yield line
        if await process.wait() != 0:
            raise BadSheet("too_large")


async def head(file: BinaryIO, wanted: dict[str, Any]) -> dict[str, Any]:
    """The headers of a sheet and what else is known at once; see the reader."""
    async with aclosing(lines(file, wanted | {"task": "head"})) as found:
        async for line in found:
            first: dict[str, Any] = json.loads(line)
            return first
    raise BadSheet("unreadable")
