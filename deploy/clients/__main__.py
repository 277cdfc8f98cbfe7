"""`python -m deploy.clients` (`make clients`): both clients, from the committed contracts, into build/clients."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from deploy.clients import generate
from deploy.openapi import FOLDER, merged


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.clients", description=__doc__)
    parser.add_argument("--folder", type=Path, default=generate.ROOT / "build" / "clients")
    parser.add_argument("--document", type=Path, help="an /openapi.json that was saved; else the committed contracts")
    chosen = parser.parse_args()
    folder = chosen.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    document = folder / "openapi.json"
    if chosen.document is None:
        document.write_text(json.dumps(merged(FOLDER), ensure_ascii=False), encoding="utf-8")
    else:
        document.write_bytes(chosen.document.read_bytes())
    print(generate.python_client(document, folder / "python"))
    generate.typescript_client(document, folder / "typescript")
    generate.compile_typescript(folder / "typescript")
    print(folder / "typescript")


if __name__ == "__main__":
    main()
