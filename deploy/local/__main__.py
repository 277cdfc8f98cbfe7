"""`python -m deploy.local` (`make run`): bring the suite up, load the demonstration once, stay until told to stop."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from deploy.demonstration import load
from deploy.local import demonstration
from deploy.local.postgres import port_is_free
from deploy.local.processes import Service, wait_ready
from deploy.local.progress import Reporter
from deploy.local.suite import AlreadyRunning, Suite

MAX_RESTARTS = 5


def main() -> int:
    reporter = Reporter()
    folder = Path(os.environ.get("LIKA_DATA_DIR") or ".lika")
    port = int(os.environ.get("LIKA_GATEWAY_PORT") or 8000)
    suite = Suite(folder, port, os.environ.get("LIKA_DATABASE_URL") or None)
    stop = threading.Event()

    def on_signal(signum: int, frame: FrameType | None) -> None:
        if stop.is_set():
            return
        stop.set()
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    try:
        suite.take()
    except AlreadyRunning as error:
        print(f"本机已在运行 / already running here: {error} ({suite.folder})", file=sys.stderr)
        return 1
    if not port_is_free(port):
        print(f"端口 {port} 已被占用 / port {port} is in use: set LIKA_GATEWAY_PORT", file=sys.stderr)
        suite.stop()
        return 1
    try:
        _bring_up(suite, reporter)
        _watch(suite, reporter, stop)
    except KeyboardInterrupt:
        pass
    except RuntimeError as error:
        print(f"未能启动 / could not start: {error}", file=sys.stderr)
        return 1
    finally:
        stop.set()
        reporter.say("stopping 正在停止 ...")
        suite.stop()
        reporter.say("stopped, data kept in " + str(suite.folder))
    return 0


def _bring_up(suite: Suite, reporter: Reporter) -> None:
    reporter.say(f"data folder {suite.folder}")
    reporter.say("starting PostgreSQL, making databases and roles")
    suite.start_database()
    reporter.say("migrating four databases")
    suite.migrate()
    reporter.say("starting registry, projects, funds, gateway")
    suite.start_services()
    reporter.say(f"ready: {suite.address}/readyz")
    demonstration.ensure_loaded(suite, reporter)
    print(load.summary(demonstration.place_of(suite)))
    print(f"  Ctrl-C stops everything; the data stay in {suite.folder}\n", flush=True)


def _watch(suite: Suite, reporter: Reporter, stop: threading.Event) -> None:
    """Restart a service that ends by itself, a few times; give up after that."""
    restarts = 0
    while not stop.wait(1.0):
        for service in suite.ended():
            restarts += 1
            if restarts > MAX_RESTARTS:
                raise RuntimeError(f"{service.name} keeps ending:\n{service.log_tail()}")
            _restart(service, reporter)


def _restart(service: Service, reporter: Reporter) -> None:
    reporter.say(f"{service.name} ended with {service.exited()}, starting it again (log: {service.name}.log)")
    service.start()
    wait_ready([service])


if __name__ == "__main__":
    sys.exit(main())
