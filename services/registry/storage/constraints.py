"""What a violated database constraint means to the person who caused it."""

from __future__ import annotations

from services.registry.domain import refusals
from shared.refusals import Refusal

CONSTRAINTS: dict[str, type[Refusal]] = {
    "ck_divisions_code_form": refusals.DivisionCodeMalformed,
    "ck_divisions_parent_is_prefix": refusals.DivisionParentWrong,
}
