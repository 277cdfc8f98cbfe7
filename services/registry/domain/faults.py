"""A rule that a file breaks, or what somebody should look at, and the field it is about."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Fault:
    """`kind` names the rule, `pointer` the field; `facts` are figures of the rule, never what was sent."""

    kind: type[Refusal]
    pointer: str
    facts: dict[str, int | str] = field(default_factory=dict)

    def refusal(self) -> Refusal:
        return self.kind(pointer=self.pointer, **self.facts)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to look at that stops nothing: stable code, both sentences, the field; never what was sent."""

    code: str
    zh: str
    en: str
    pointer: str
