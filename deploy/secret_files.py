"""Makes every secret of the suite as files: `python -m deploy.secret_files FOLDER` (`make secrets`).

What exists is never replaced; to change a secret, remove its file and run this again. The folder is open to its owner
only; docker compose mounts the files as secrets.
"""

from __future__ import annotations

import base64
import secrets
import sys
from pathlib import Path

from deploy import databases
from shared.chassis.identity import new_private_key, public_keys

SERVICES = databases.SERVICES
JWKS = "inner_jwks.json"
TOKEN_KEY = "gateway_token_key.pem"
SEAL_KEYS = ("registry_seal_key", "registry_index_key", "funds_seal_key", "gateway_seal_key")


def inner_key(service: str) -> str:
    """File name of a service's private key for inner tokens."""
    return f"{service}_inner_key.pem"


def ensure(folder: Path) -> list[str]:
    """Make what is missing in `folder`; returns the names of the files made."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    before = {path.name for path in folder.iterdir()}
    for service in SERVICES:
        _write(folder / inner_key(service), new_private_key())
        for kind in ("owner", "app"):
            databases.password_of(folder, service, kind)
    _write(folder / TOKEN_KEY, new_private_key())
    for name in SEAL_KEYS:
        _write(folder / name, base64.b64encode(secrets.token_bytes(32)))
    _derive(folder / JWKS, public_keys({service: folder / inner_key(service) for service in SERVICES}))
    return sorted({path.name for path in folder.iterdir()} - before)


def ensure_compose(folder: Path) -> list[str]:
    """What docker compose needs besides: the server's password and each role's DSN on the host `postgres`.

    The DSNs follow the passwords. Returns the names of the files made.
    """
    before = {path.name for path in folder.iterdir()}
    password = folder / "postgres_password"
    _write(password, secrets.token_urlsafe(24).encode())
    admin = f"postgresql://postgres:{password.read_text()}@postgres:5432/postgres"
    _derive(folder / "lika_database_url", admin)
    for service in SERVICES:
        for kind, name in (("app", "database_url"), ("owner", "owner_database_url")):
            dsn = databases.dsn_of(admin, service, kind, databases.password_of(folder, service, kind))
            _derive(folder / f"lika_{service}_{name}", dsn)
    for name in ("admin_password", "operator_password"):
        _write(folder / f"bootstrap_{name}", secrets.token_urlsafe(18).encode())
    for path in folder.iterdir():
        # Compose mounts each file as it is into a container that runs as another user; the folder is closed (0700).
        path.chmod(0o444)
    return sorted({path.name for path in folder.iterdir()} - before)


def _write(path: Path, content: bytes) -> None:
    if not path.exists():
        path.touch(mode=0o600)
        path.write_bytes(content)


def _derive(path: Path, text: str) -> None:
    """Write what follows from other secrets; a file that says something else is replaced."""
    if path.exists() and path.read_text() == text:
        return
    path.unlink(missing_ok=True)
    _write(path, text.encode())


def main() -> None:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "deploy/secrets")
    made = [*ensure(folder), *ensure_compose(folder)]
    print(f"{folder}: {len(made)} secret files made, those that were there are kept")


if __name__ == "__main__":
    main()
