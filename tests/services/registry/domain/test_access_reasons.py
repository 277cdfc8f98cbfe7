"""A reason for seeing protected values names a purpose."""

from __future__ import annotations

import pytest

from services.registry.domain.access_reasons import fault_of
from services.registry.domain.refusals import AccessReasonEmpty, AccessReasonNeeded
from shared.refusals import Refusal


@pytest.mark.parametrize(
    ("reason", "fault"),
    [
        ("核对发放账户", None),
        ("电话核实", None),
        ("checking the account", None),
        ("", AccessReasonNeeded),
        (" \u3000", AccessReasonNeeded),
        ("查看", AccessReasonEmpty),
        ("1234567", AccessReasonEmpty),
        ("........", AccessReasonEmpty),
        ("啊啊啊啊啊啊", AccessReasonEmpty),
        ("AaAaAa", AccessReasonEmpty),
    ],
)
def test_a_reason_has_four_letters_or_characters_of_three_kinds(reason: str, fault: type[Refusal] | None) -> None:
    assert fault_of(reason) is fault
