"""The whole suite for tests over real HTTP: our own, as `make run` brings it up, or one that runs already."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx2 as httpx

from deploy.local.postgres import free_port

ROOT = Path(__file__).resolve().parents[2]
START_S = 300.0


class RunningSuite:
    """A suite that answers at an address; its demonstration's sign-ins lie in `data`."""

    def __init__(self, address: str, data: Path) -> None:
        self.address, self.data = address.rstrip("/"), data
        self._people: dict[str, Person] = {}

    def person(self, username: str) -> Person:
        """A signed-in person of the demonstration."""
        if username not in self._people:
            self._people[username] = Person(self, username)
        return self._people[username]

    def accounts(self) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = json.loads((self.data / "demo-accounts.json").read_text(encoding="utf-8"))
        return rows

    def anonymous(self) -> httpx.Client:
        return httpx.Client(base_url=self.address, timeout=30, trust_env=False)

    def close(self) -> None:
        """Sign everybody out of this process: connections closed, tokens forgotten."""
        for person in self._people.values():
            person.close()
        self._people.clear()


def given_suite() -> RunningSuite | None:
    """The suite named by LIKA_TEST_ADDRESS and LIKA_TEST_DATA_DIR, if one is."""
    address = os.environ.get("LIKA_TEST_ADDRESS")
    return RunningSuite(address, Path(os.environ["LIKA_TEST_DATA_DIR"])) if address else None


class OwnSuite(RunningSuite):
    """`python -m deploy.local` on a folder of its own, started and stopped here."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.output = folder / "launcher.txt"
        self.process: subprocess.Popen[bytes] | None = None
        super().__init__(f"http://127.0.0.1:{self.port}", folder / "data")

    def environment(self) -> dict[str, str]:
        return os.environ | {"LIKA_DATA_DIR": str(self.data), "LIKA_GATEWAY_PORT": str(self.port)}

    def start(self) -> None:
        """Start and wait for the printed summary."""
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "deploy.local"],
                cwd=ROOT,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_S
        while "Ctrl-C stops everything" not in self.printed():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError("the suite did not come up:\n" + self.printed()[-4000:])
            time.sleep(0.2)

    def printed(self) -> str:
        return self.output.read_text(encoding="utf-8", errors="replace") if self.output.exists() else ""

    def ensure_running(self) -> None:
        if self.process is None or self.process.poll() is not None:
            self.start()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Send the launcher a signal and wait until it has gone; returns its exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.close()
        return self.process.wait(60)

    def processes(self) -> list[int]:
        """Ids of live processes that belong to this suite's data folder or were started by it."""
        found = []
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            try:
                words = (entry / "cmdline").read_bytes() + (entry / "environ").read_bytes()
            except OSError:
                continue
            if str(self.folder).encode() in words:
                found.append(int(entry.name))
        return found


class Person:
    """Somebody with a token. Writes carry a fresh idempotency key unless one is given."""

    def __init__(self, suite: RunningSuite, username: str) -> None:
        row = next(row for row in suite.accounts() if row.get("username") == username)
        self._client = suite.anonymous()
        form = {"grant_type": "password", "username": username, "password": row["password"]}
        answer = self._client.post("/api/v1/auth/token", data=form)
        assert answer.status_code == 200, answer.text
        self._client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"

    def close(self) -> None:
        self._client.close()

    def get(self, path: str, **params: Any) -> httpx.Response:
        return self._client.get(path, params=params)

    def stream(self, path: str) -> AbstractContextManager[httpx.Response]:
        """An answer that is read while it comes."""
        return self._client.stream("GET", path)

    def post(self, path: str, body: Any, *, key: str | None = None, **headers: str) -> httpx.Response:
        return self._client.post(path, json=body, headers={"idempotency-key": key or uuid.uuid4().hex} | headers)

    def put(self, path: str, body: Any, **headers: str) -> httpx.Response:
        return self._client.put(path, json=body, headers={"idempotency-key": uuid.uuid4().hex} | headers)

    def upload(self, path: str, name: str, content: bytes, **form: str) -> httpx.Response:
        headers = {"idempotency-key": uuid.uuid4().hex}
        return self._client.post(path, files={"file": (name, content)}, data=form, headers=headers)

    def made(self, path: str, body: Any) -> Any:
        """The JSON of a write that must succeed."""
        answer = self.post(path, body)
        assert answer.status_code in (200, 201, 202), f"{answer.status_code} {answer.text}"
        return answer.json()

    def refused(self, path: str, body: Any, status: int, code: str) -> Any:
        """The problem of a write that must be refused with this status and code."""
        answer = self.post(path, body)
        assert answer.status_code == status, f"{answer.status_code} {answer.text}"
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["code"] == code or code in {row["code"] for row in problem["errors"]}, answer.text
        assert problem["titles"]["zh"]
        assert problem["titles"]["en"]
        return problem
