"""What a service's trails are: which tables, which columns are sealed, and whom a row is about."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """One append-only table whose rows are sealed. `kind` and `columns` are for ever: they are in every hash."""

    kind: str
    table: str
    columns: tuple[str, ...]
    subjects: str
    """SQL over the row `t`: whom it is about, as text[]."""

    sort: str
    """SQL: read, unmask, export, sign_in, administration or change."""
    actor: str = "actor"
    """The column that says who did it."""
    office: str = "office"
    """The column that says for which office."""
    action: str = "t.action"
    fields: str = "''"
    purpose: str = "''"
    facts: str = "'{}'::jsonb"

    @property
    def text(self) -> str:
        """SQL over the row `t`: the text that is hashed. Its instants are in UTC, as every session of ours is."""
        pairs = ", ".join(f"'{column}', t.{column}" for column in self.columns)
        return f"jsonb_build_object({pairs})::text"


READS = Source(
    "read",
    "read_trail",
    ("id", "at", "actor", "office", "action", "subjects", "fields", "purpose", "trace_id"),
    "array(select jsonb_array_elements_text(case when jsonb_typeof(t.subjects->'ids') = 'array'"
    " then t.subjects->'ids' end))",
    "case when t.action like '%export%' or t.action like '%.take' or t.action like '%.fetch' then 'export'"
    " when t.fields like 'clear%' or t.fields = 'account' then 'unmask' else 'read' end",
    fields="t.fields",
    purpose="t.purpose",
    facts="t.subjects - 'ids'",
)
CHANGES = Source(
    "change",
    "audit_entries",
    ("id", "at", "actor", "office", "action", "subject", "details", "trace_id"),
    "array[t.subject]",
    "'change'",
    facts="t.details",
)
EVERYWHERE = (READS, CHANGES)
"""The trails of every service."""
