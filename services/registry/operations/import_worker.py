"""The worker of a large import: a process that judges portions and makes them ready for COPY.

It is started by `import_workers`, which says over standard input which keys to read and what the import is about;
nothing secret stands on a command line. Messages are four bytes of length and then the message.
"""

from __future__ import annotations

import gc
import json
import marshal
import struct
import sys
from dataclasses import astuple
from pathlib import Path
from typing import BinaryIO

from services.registry.operations.import_chunks import Preparer, Task
from services.registry.storage.sealing import Seals

LENGTH = struct.Struct(">I")


def receive(source: BinaryIO) -> bytes | None:
    """The next message; None when there are no more."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    return source.read(LENGTH.unpack(head)[0])


def main() -> None:
    source, target = sys.stdin.buffer, sys.stdout.buffer
    first = receive(source)
    if first is None:
        return
    said = json.loads(first)
    seals = Seals.from_files(Path(said["seal_key_file"]), Path(said["index_key_file"]), said["seal_cipher"])
    preparer = Preparer(Task.of(said["task"]), seals)
    # Portions leave no cycles behind; looking for some in everything the rules know would take a third of the time.
    gc.freeze()
    gc.disable()
    while (line := receive(source)) is not None:
        answer = marshal.dumps(astuple(preparer.prepare(line)))
        target.write(LENGTH.pack(len(answer)))
        target.write(answer)
        target.flush()


if __name__ == "__main__":
    main()
