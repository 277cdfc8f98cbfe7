"""Free words hold no person's number, however it is parted; documents, days and sums are no such numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.funds.domain.personal_numbers import holds_number
from services.funds.domain.refusals.responsibility import CaseTextPersonal
from services.funds.domain.responsibilities import require_impersonal


@pytest.mark.parametrize(
    "text",
    [
        "34162219900101001X",
        "341622 19900101 001X",
        "341622 1990-01-01 0012",
        "138 0013 8000",
        "138-0013-8000",
        "138\u30000013\u30008000",
        "138\uff0d0013\uff0d8000",
        "\uff11\uff1380013\uff180\uff1000",
        "138–0013—8000",
        "138\u200b0013\u200b8000",
        "13800138000",
        "0558-6712345",
        "6222 0212 3456 7890 123",
        "2026-11-22 13800138000",
    ],
)
def test_a_number_of_a_person_is_found(text: str) -> None:
    assert holds_number(f"联系{text}。")


@pytest.mark.parametrize(
    "text",
    [
        "皖财农〔2019〕1387号",
        "皖财预〔2025〕123号,20251120 金额1234567890分",
        "2026-11-22",
        "2026-11-22 2026-12-01",
        "2026-11-22 - 2026-12-01",
        "2026-11-22至2026-12-01,3公里",
    ],
)
def test_documents_days_and_sums_are_none(text: str) -> None:
    assert not holds_number(f"见{text}。")


@given(st.lists(st.sampled_from([" ", "-", "\uff0d", "\u3000", ""]), min_size=10, max_size=10))
def test_whatever_spaces_and_hyphens_part_eleven_digits(parts: list[str]) -> None:
    assert holds_number("1" + "".join(part + digit for part, digit in zip(parts, "3800138000", strict=True)))


def test_words_and_papers_of_a_case_hold_none() -> None:
    require_impersonal("/reason", "七月洪水冲毁路基", ["洪灾证明〔2025〕12号.pdf"])
    for words, papers, pointer in (
        ("联系138 0013 8000", [], "/reason"),
        ("说明", ["证明.pdf", "34162219900101001X.pdf"], "/papers/1/name"),
    ):
        with pytest.raises(CaseTextPersonal) as caught:
            require_impersonal("/reason", words, papers)
        assert caught.value.pointer == pointer
