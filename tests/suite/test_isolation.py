"""Each service runs from a folder that holds only itself and shared/."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import server

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import importlib, sys
settings = importlib.import_module("services.{service}.settings").Settings()
app = importlib.import_module("services.{service}.main").create(settings)
print("built", "services.{service}" in sys.modules)
"""


@pytest.mark.parametrize("service", ["registry", "projects", "funds", "gateway"])
def test_a_service_needs_only_itself_and_shared(service: str, tmp_path: Path) -> None:
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "shared", tmp_path / "shared", ignore=ignore)
    (tmp_path / "services").mkdir()
    shutil.copy(ROOT / "services" / "__init__.py", tmp_path / "services")
    shutil.copytree(ROOT / "services" / service, tmp_path / "services" / service, ignore=ignore)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("LIKA_", "PYTHONPATH"))},
        **server.settings_environment(service),
        f"LIKA_{service.upper()}_DATABASE_URL": "postgresql://nobody:not-a-real-password@127.0.0.1/none",
        **{f"LIKA_{service.upper()}_{peer}_URL": "http://127.0.0.1:1" for peer in ("REGISTRY", "PROJECTS", "FUNDS")},
    }
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(service=service)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "built True" in done.stdout
