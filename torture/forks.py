"""A process that has everything imported and forks services from itself, so that starting one again takes no time.

It reads one JSON line per start, `{"service": ..., "environment": {...}, "log": path}`, and answers the process's id.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_PR_SET_PDEATHSIG = 1


class Forks:
    """The forking process as its parent sees it."""

    def __init__(self, services: list[str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "torture.forks", *services],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C is for the run, which ends its services when it has compared
        )

    def start(self, service: str, environment: dict[str, str], log: Path) -> int:
        """Start a service; its process id."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = {"service": service, "environment": environment, "log": str(log)}
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End it, and with it whatever it forked."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def main() -> None:
    for service in sys.argv[1:]:
        import_module(f"services.{service}.main")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are reaped by the kernel
    _die_with_parent()
    for line in sys.stdin:
        order = json.loads(line)
        child = os.fork()
        if child == 0:
            _serve(order["service"], order["environment"], order["log"])
        print(child, flush=True)


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _serve(service: str, environment: dict[str, str], log: str) -> None:
    """In the child: become the service, and never return."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _die_with_parent()
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.environ.update(environment)
    try:
        module = import_module(f"services.{service}.main")
        settings = import_module(f"services.{service}.settings").Settings()
        module.serve(f"services.{service}.main:create", settings)
    finally:
        os._exit(1)


if __name__ == "__main__":
    main()
