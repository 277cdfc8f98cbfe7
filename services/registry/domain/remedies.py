"""What somebody can do about a refused cell: one sentence a rule, from data/remedies.csv."""

from __future__ import annotations

from services.registry.domain.tables_of_facts import rows_of

_REMEDIES: dict[str, str] = {row["code"]: row["remedy"] for row in rows_of("remedies")}
_ANY = _REMEDIES["any"]


def remedy_of(code: str) -> str:
    """The remedy of a refusal's code (without `registry.`) or of a cell's fault; a general one for the rest."""
    return _REMEDIES.get(code.removeprefix("registry."), _ANY)
