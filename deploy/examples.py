"""The examples in the public document are real: `python -m deploy.examples` asks a running demonstration and keeps what
it answers in services/gateway/data/catalogue/examples.json. Long lists are cut to their first row.

A new example is a row there with `as` and, where the operation takes them, `parameters` and `request`; the rest is
filled in. Writes carry a fixed Idempotency-Key, so that the same demonstration may be asked again.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2 as httpx

from deploy import openapi
from services.gateway.storage.catalogue_files import EXAMPLES, examples

Document = dict[str, Any]


class Asking:
    """Asks a running suite as people of its demonstration."""

    def __init__(self, address: str, accounts: Path, document: Document) -> None:
        self._client = httpx.Client(base_url=address, timeout=30, trust_env=False)
        rows = json.loads(accounts.read_text(encoding="utf-8"))
        self._passwords = {row["username"]: row["password"] for row in rows if "username" in row}
        self._tokens: dict[str, str] = {}
        self._places = {
            operation["operationId"]: (verb, path)
            for path, item in document["paths"].items()
            for verb, operation in item.items()
        }

    def close(self) -> None:
        self._client.close()

    def ask(self, operation: str, example: Mapping[str, Any]) -> httpx.Response:
        """The answer to an example's request."""
        verb, path = self._places[operation]
        headers = {"authorization": f"Bearer {self._token(example['as'])}"} if example.get("as") else {}
        if verb != "get":
            headers["idempotency-key"] = f"example-{operation}"
        query = dict(example.get("parameters", {}))
        for name in [name for name in query if "{" + name + "}" in path]:
            path = path.replace("{" + name + "}", str(query.pop(name)))
        body = {"json": example["request"]} if "request" in example else {}
        return self._client.request(verb, path, params=query, headers=headers, **body)

    def _token(self, username: str) -> str:
        if username not in self._tokens:
            form = {"grant_type": "password", "username": username, "password": self._passwords[username]}
            self._tokens[username] = self._client.post("/api/v1/auth/token", data=form).json()["access_token"]
        return self._tokens[username]


def answered(asking: Asking, known: Mapping[str, Document]) -> Iterator[tuple[str, Document]]:
    """Every example with its present answer; RuntimeError for one that is refused."""
    for operation, example in known.items():
        answer = asking.ask(operation, example)
        if answer.status_code >= 300:
            raise RuntimeError(f"{operation} as {example.get('as')}: {answer.status_code} {answer.text[:500]}")
        yield operation, dict(example) | {"status": answer.status_code, "response": cut(answer.json())}


def cut(value: Any) -> Any:
    """The value with lists cut to their first entry."""
    if isinstance(value, dict):
        return {key: cut(inner) for key, inner in value.items()}
    return [cut(inner) for inner in value[:1]] if isinstance(value, list) else value


def keep(found: Mapping[str, Document]) -> None:
    EXAMPLES.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.examples", description=__doc__)
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--accounts", type=Path, default=openapi.ROOT / ".lika" / "demo-accounts.json")
    chosen = parser.parse_args()
    asking = Asking(chosen.address, chosen.accounts, openapi.merged(openapi.FOLDER))
    keep(dict(answered(asking, examples())))
    asking.close()


if __name__ == "__main__":
    main()
