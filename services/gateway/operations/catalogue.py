"""The public API document, put together at start from the services' own, and the pages that show it."""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.gateway.domain.catalogue import merge
from services.gateway.domain.plain_page import html_of
from services.gateway.storage.catalogue_files import words
from services.gateway.storage.data_files import FOLDER
from shared.chassis import log

OTHERS = ("registry", "projects", "funds")
PACKAGE_FILES = {
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
    "favicon.png": "image/png",
}
OWN_FILES = {"start.js": "text/javascript; charset=utf-8"}


@dataclass(frozen=True, slots=True)
class Page:
    """One file as it is sent."""

    content: bytes
    media_type: str
    etag: str


class Document:
    """The merged document, made once, off the loop, when it is asked for first: that takes seconds."""

    def __init__(self, folder: Path, own: Callable[[], dict[str, Any]]) -> None:
        self._folder, self._own = folder, own
        self._made: asyncio.Task[Page] | None = None

    async def page(self) -> Page:
        if self._made is None:
            self._made = asyncio.create_task(asyncio.to_thread(lambda: document(self._folder, self._own())))
        return await asyncio.shield(self._made)


def document(folder: Path, own: dict[str, Any]) -> Page:
    """The merged document. What is missing or repeated is logged; the rest is answered all the same."""
    documents: dict[str, Any] = {}
    for service in OTHERS:
        path = folder / f"{service}.json"
        if path.is_file():
            documents[service] = json.loads(path.read_text(encoding="utf-8"))
        else:
            log.logger().warning("openapi_document_missing", document=service)
    merged, repeated = merge(documents | {"gateway": own}, words(folder))
    if repeated:
        log.logger().warning("openapi_operation_ids_repeated", operations=repeated)
    return _page(json.dumps(merged, ensure_ascii=False, separators=(",", ":")).encode(), "application/json")


def assets() -> Mapping[str, Page]:
    """The files of the documentation page, all from this machine."""
    spec = importlib.util.find_spec("fastapi_offline")
    if spec is None or not spec.submodule_search_locations:
        raise RuntimeError("the package fastapi-offline, which holds the documentation page's files, is not installed")
    package = Path(spec.submodule_search_locations[0]) / "static"
    found = {name: _page((package / name).read_bytes(), kind) for name, kind in PACKAGE_FILES.items()}
    return found | {name: _page((FOLDER / "docs" / name).read_bytes(), kind) for name, kind in OWN_FILES.items()}


def integrating(folder: Path) -> Page | None:
    """The page for integrators, which lies beside the folder of the documents; None where it was not brought along."""
    path = folder.parent / "integrating.md"
    if not path.is_file():
        log.logger().warning("page_missing", document="integrating.md")
        return None
    text = path.read_text(encoding="utf-8")
    return _page(html_of(text, "Lika 立卡 对接说明").encode(), "text/html; charset=utf-8")


def front_page() -> Page:
    return _page((FOLDER / "docs" / "index.html").read_bytes(), "text/html; charset=utf-8")


def _page(content: bytes, media_type: str) -> Page:
    return Page(content, media_type, f'"{hashlib.sha256(content).hexdigest()[:32]}"')
