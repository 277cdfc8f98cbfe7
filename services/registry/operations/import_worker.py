"""The workers of a large import: processes that judge portions and make them ready for COPY.

One is started by `import_workers`, which says over standard input which keys to read and what the import is about;
nothing secret stands on a command line. It becomes one process for each socket it was given, over which portions come
and answers go. Messages are four bytes of length and then the message. A worker ends when its socket is closed.
"""

from __future__ import annotations

import gc
import json
import marshal
import os
import socket
import struct
import sys
from contextlib import suppress
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
    sockets = [socket.socket(fileno=int(number)) for number in sys.argv[1:]]
    first = receive(sys.stdin.buffer)
    if first is None:
        return
    said = json.loads(first)
    seals = Seals.from_files(Path(said["seal_key_file"]), Path(said["index_key_file"]), said["seal_cipher"])
    preparer = Preparer(Task.of(said["task"]), seals)
    # Portions leave no cycles behind; looking for some in everything the rules know would take a third of the time.
    gc.freeze()
    gc.disable()
    own = _own(sockets)
    with own.makefile("rb") as source, own.makefile("wb") as target:
        while (line := receive(source)) is not None:
            answer = marshal.dumps(preparer.prepare(line).parts())
            target.write(LENGTH.pack(len(answer)))
            target.write(answer)
            target.flush()
    own.close()
    with suppress(ChildProcessError):
        while True:
            os.wait()


def _own(sockets: list[socket.socket]) -> socket.socket:
    """One process for every socket, made from this one with all it has loaded; in each its own, the others closed."""
    own = sockets[0]
    for one in sockets[1:]:
        if os.fork() == 0:
            own = one
            break
    for other in sockets:
        if other is not own:
            other.close()
    return own


if __name__ == "__main__":
    main()
