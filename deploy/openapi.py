"""The services' contracts as files: `python -m deploy.openapi` (`make openapi`) writes docs/openapi/*.json, the
codes of their refusals and docs/api-changes.md."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from deploy import secret_files
from services.gateway.domain import catalogue
from services.gateway.storage import catalogue_files

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "openapi"
SERVICES = ("registry", "projects", "funds", "gateway")
"""In the order the gateway puts them together."""


def document(service: str) -> dict[str, Any]:
    """The OpenAPI document of one service as its code declares it; needs no database."""
    with tempfile.TemporaryDirectory() as folder:
        keys = Path(folder)
        secret_files.ensure(keys)
        settings = importlib.import_module(f"services.{service}.settings").Settings
        values: dict[str, Any] = {
            "database_url": "postgresql://nobody:not-a-real-password@127.0.0.1/none",
            "inner_key_file": keys / secret_files.inner_key(service),
            "inner_jwks_file": keys / secret_files.JWKS,
            "seal_key_file": keys / "registry_seal_key",
            "index_key_file": keys / "registry_index_key",
            "token_key_file": keys / secret_files.TOKEN_KEY,
        }
        for peer in secret_files.SERVICES:
            values[f"{peer}_url"] = f"http://{peer}"
        known = {name: value for name, value in values.items() if name in settings.model_fields}
        app = importlib.import_module(f"services.{service}.main").create(settings(**known))
        while not hasattr(app, "openapi"):
            app = app.app
        found: dict[str, Any] = app.openapi()
        return found


def text(service: str) -> str:
    """The document as it is committed."""
    return json.dumps(document(service), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def merged(folder: Path) -> dict[str, Any]:
    """The public document made of the contracts in a folder, as the gateway answers it."""
    documents = {name: json.loads((folder / f"{name}.json").read_text(encoding="utf-8")) for name in SERVICES}
    found, _ = catalogue.merge(documents, catalogue_files.words(folder))
    return found


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for service in secret_files.SERVICES:
        (FOLDER / f"{service}.json").write_text(text(service), encoding="utf-8")
        print(f"docs/openapi/{service}.json")
    for command in (["deploy.problem_codes"], ["deploy.api_changes", "--page"]):  # both stand on this module
        subprocess.run([sys.executable, "-m", *command], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
