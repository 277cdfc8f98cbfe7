"""Sealing: what is sealed opens only in its place and with its key."""

from __future__ import annotations

import base64
import secrets
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag
from hypothesis import given
from hypothesis import strategies as st

from services.registry.storage import sealing
from services.registry.storage.ids import new_id
from services.registry.storage.sealing import Seals

KEY, OTHER, INDEX = (secrets.token_bytes(32) for _ in range(3))
SEALS = Seals([KEY], INDEX)


@given(st.text(max_size=40))
def test_what_is_sealed_opens_to_what_it_was_and_never_looks_the_same_twice(value: str) -> None:
    place = sealing.identity_of(new_id())
    first, second = SEALS.seal(value, place), SEALS.seal(value, place)
    assert first != second
    assert SEALS.open(first, place) == SEALS.open(second, place) == value


def test_a_sealed_value_moved_to_another_row_column_or_changed_does_not_open() -> None:
    row = new_id()
    sealed = SEALS.seal("13812340000", sealing.phone_of(row))
    for place in (sealing.phone_of(new_id()), sealing.account_of(row), sealing.identity_of(row)):
        with pytest.raises(InvalidTag):
            SEALS.open(sealed, place)
    key_id, text = sealed.split(":")
    raw = bytearray(base64.b64decode(text))
    raw[-1] ^= 1
    with pytest.raises(InvalidTag):
        SEALS.open(f"{key_id}:{base64.b64encode(raw).decode()}", sealing.phone_of(row))


@given(st.binary(max_size=200))
def test_an_upload_is_sealed_whole_and_bound_to_its_import(content: bytes) -> None:
    place = sealing.upload_of(new_id())
    sealed = SEALS.seal_bytes(content, place)
    assert SEALS.open_bytes(sealed, place) == content
    with pytest.raises(InvalidTag):
        SEALS.open_bytes(sealed, sealing.upload_of(new_id()))


def test_after_a_change_of_key_old_values_still_open_and_new_ones_take_the_new_key() -> None:
    place = sealing.phone_of(new_id())
    old = SEALS.seal("13812340000", place)
    changed = Seals([OTHER, KEY], INDEX)
    new = changed.seal("13812340000", place)
    assert changed.open(old, place) == changed.open(new, place)
    assert old.split(":")[0] != new.split(":")[0]


def test_the_blind_index_finds_a_number_and_depends_on_its_own_key() -> None:
    assert SEALS.index("34162219900101123X") == SEALS.index("34162219900101123x")
    assert SEALS.index("341622199001011234") != Seals([KEY], OTHER).index("341622199001011234")
    assert len(SEALS.index("341622199001011234")) == 32


@pytest.mark.parametrize("text", ["", "not base64!", base64.b64encode(b"short").decode()])
def test_a_weak_or_missing_key_is_refused(tmp_path: Path, text: str) -> None:
    weak, good = tmp_path / "weak", tmp_path / "good"
    weak.write_text(text)
    good.write_text(base64.b64encode(KEY).decode())
    with pytest.raises(ValueError):
        Seals.from_files(weak, good)
    with pytest.raises(ValueError):
        Seals.from_files(good, weak)
    with pytest.raises(ValueError):
        Seals.from_files(good, good)


def test_ids_made_later_sort_later_and_are_version_seven() -> None:
    ids = [new_id() for _ in range(50)]
    assert all(made.version == 7 and made.variant == "specified in RFC 4122" for made in ids)
    assert [made.int >> 80 for made in ids] == sorted(made.int >> 80 for made in ids)
