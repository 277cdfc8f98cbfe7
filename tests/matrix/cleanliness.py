"""Everything a run produced, looked through for what is nobody's business: bodies, refusals, logs, tables."""

from __future__ import annotations

import json
from typing import Any

from tests.matrix.answers import contents
from tests.matrix.marks import marks_in, personal
from tests.matrix.shadow import Shadow

SECRET = frozenset({"identity_number", "phone", "telephone", "bank_account", "account", "account_no", "account_number"})
"""Members of requests that hold what is shown to few and logged for nobody."""
CLEAR = {
    "household_import_report": "the sheet goes back to who sent it",
    "household_unmask": "clear values for a stated purpose, noted before",
    "household_export_file": "an approved export, noted before",
    "grant_file_take": "the bank is told whom to pay",
    "bank_file_take": "the bank is told whom to pay",
    "complaint_unmask": "clear values for a stated purpose, noted before",
}
"""Operations whose answers may hold such values, and why."""


def secrets_of(sent: Any, secret: frozenset[str]) -> set[str]:
    """Values of secret members anywhere in a request's body."""
    if isinstance(sent, list):
        return set().union(*(secrets_of(one, secret) for one in sent))
    if not isinstance(sent, dict):
        return set()
    own = {value for name, value in sent.items() if name in secret and isinstance(value, str) and len(value) >= 8}
    return own.union(*(secrets_of(one, secret) for one in sent.values()))


async def unclean(shadow: Shadow, logs: str) -> list[str]:
    """Where something personal was found, and of what kind. Never what."""
    secret = SECRET - {"account"} if shadow.service == "gateway" else SECRET  # there it is an id, of whoever signs in
    secrets = set().union(*(secrets_of(_parsed(content), secret) for content in set(shadow.sent)))
    found = []
    for operation, _, told in shadow.told:
        if operation in CLEAR and told.status < 400:
            continue
        if _hits(f"{told.headers} {told.body}", secrets):
            found.append(f"{operation} answered {told.status} with something personal")
    if _hits(logs, secrets):
        found.append("a log line holds something personal")
    for table, lines in (await contents(shadow.admin)).items():
        if _hits("\n".join(lines), secrets):
            found.append(f"table {table} holds something personal in the clear")
    return found


def _hits(text: str, secrets: set[str]) -> set[str]:
    return marks_in(text, secrets) | {one for one in personal(text) if len(one) == 18}


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return None
