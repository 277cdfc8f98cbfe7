"""Kinds of routes that have limits of their own: what is dear to answer, or could be used to carry a register away."""

from __future__ import annotations

UPLOAD, EXPORT, SEARCH = "upload", "export", "search"
_TAKEN_AWAY = frozenset({"file", "report", "content", "bulletin", "differences", "faults"})
_SOUGHT = ("name=", "pinyin=", "initials=", "number=", "q=", "text=", "keyword=", "tracking_code=")


def class_of(method: str, path: str, query: str, upload: bool) -> str | None:
    """The class of a request's route, or None for one that only the limit of its account holds for."""
    if upload:
        return UPLOAD
    last = path.rsplit("/", 1)[1]
    if last in _TAKEN_AWAY or (method == "POST" and last.endswith("exports")):
        return EXPORT
    if last == "search" or (query and seeks(query)):
        return SEARCH
    return None


def seeks(query: str) -> bool:
    """Whether a query looks for somebody or something by words."""
    return any(part.startswith(_SOUGHT) for part in query.split("&"))
