"""The national code lists: our own stable code and the official label of each value, with its source.

Codes are ours because the numbering differs between the systems in use; files are read by label.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from services.registry.domain.tables_of_facts import rows_of


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a list. `facts` are what else the list says of it, such as a required sex or an age range."""

    code: str
    label: str
    source: str
    facts: dict[str, str]


@dataclass(frozen=True, slots=True)
class CodeList:
    name: str
    label: str
    english: str
    values: tuple[Value, ...]

    def codes(self) -> frozenset[str]:
        return frozenset(value.code for value in self.values)

    def by_code(self) -> dict[str, Value]:
        return {value.code: value for value in self.values}

    def by_label(self) -> dict[str, str]:
        return {value.label: value.code for value in self.values}


def _read(row: dict[str, str]) -> CodeList:
    values = []
    for line in rows_of(row["name"]):
        facts = {key: text for key, text in line.items() if key not in ("code", "label", "source") and text}
        values.append(Value(line["code"], line["label"], line["source"], facts))
    return CodeList(row["name"], row["label"], row["english"], tuple(values))


CODE_LISTS: dict[str, CodeList] = {row["name"]: _read(row) for row in rows_of("code_lists")}

BY_CODE: dict[str, dict[str, Value]] = {name: codes.by_code() for name, codes in CODE_LISTS.items()}
BY_LABEL: dict[str, dict[str, str]] = {name: codes.by_label() for name, codes in CODE_LISTS.items()}


def label_of(name: str, code: str) -> str:
    """The label of a code; the code itself if a later edition of the list dropped it."""
    value = BY_CODE[name].get(code)
    return code if value is None else value.label


@lru_cache(maxsize=10_000)
def in_use(name: str, code: str, first_year: int, last_year: int) -> bool:
    """Whether the list had the code in any of the years from the first to the last."""
    facts = BY_CODE[name][code].facts
    return int(facts.get("from_year", "0")) <= last_year and first_year <= int(facts.get("to_year", "9999"))
