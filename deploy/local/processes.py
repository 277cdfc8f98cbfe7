"""Child processes of the local suite: started, watched, stopped in order, never left behind."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STOP_WAIT_S = 15.0
_PR_SET_PDEATHSIG = 1
ALLOCATOR = {"MALLOC_ARENA_MAX": "2", "MALLOC_TRIM_THRESHOLD_": "1048576", "MALLOC_MMAP_THRESHOLD_": "4194304"}
"""Of glibc, as in the Dockerfile: what an import or a report held goes back to the machine when it is over."""


def _die_with_parent() -> None:
    """Linux: have the kernel end this process when the launcher is gone, even if it was killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


class Service:
    """One service as a process of its own."""

    def __init__(self, name: str, port: int, environment: dict[str, str], log: Path) -> None:
        self.name, self.port = name, port
        self._environment, self._log = environment, log
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", f"services.{self.name}.main"],
                env=os.environ | ALLOCATOR | self._environment,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    def exited(self) -> int | None:
        """The exit code if it is not running any more."""
        return None if self._process is None else self._process.poll()

    def ready(self) -> bool:
        """Whether /readyz answers 200."""
        try:
            with urllib.request.urlopen(f"{self.address}/readyz", timeout=2) as answer:  # noqa: S310 - our own address
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> None:
        """End it politely, then by force; returns when it is gone."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_WAIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def log_tail(self, characters: int = 2_000) -> str:
        with contextlib.suppress(OSError):
            return self._log.read_text(errors="replace")[-characters:]
        return ""

    def resident_mib(self) -> float:
        """Resident memory now, MiB (Linux)."""
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    return int(line.split()[1]) / 1024
        return 0.0


def wait_ready(services: list[Service], timeout_s: float = 60.0) -> None:
    """Wait until all are ready; RuntimeError with the log's tail if one ends or is late."""
    deadline = time.monotonic() + timeout_s
    waiting = list(services)
    while waiting:
        for service in list(waiting):
            if service.exited() is not None:
                raise RuntimeError(f"{service.name} ended while starting:\n{service.log_tail()}")
            if service.ready():
                waiting.remove(service)
        if waiting and time.monotonic() > deadline:
            raise RuntimeError(f"{waiting[0].name} was not ready in {timeout_s:.0f} s:\n{waiting[0].log_tail()}")
        time.sleep(0.1)
