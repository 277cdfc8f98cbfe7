"""Sealing: what is sealed opens only in its place and with its key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from services.registry.storage import sealing
from services.registry.storage.ids import new_id, new_texts
from services.registry.storage.sealed_places import IDENTITY, PHONE
from services.registry.storage.sealing import Seals, UnknownSealKey
from shared.chassis import seal_keys
from shared.chassis.seal_keys import CipherName

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


@pytest.mark.parametrize("cipher", ["aes-256-gcm", "sm4-gcm"])
def test_either_cipher_seals_and_what_was_changed_or_moved_does_not_open(cipher: CipherName) -> None:
    seals, row = Seals([KEY], INDEX, cipher), new_id()
    sealed = seals.seal("6217000012345678", sealing.account_of(row))
    assert sealed.startswith({"aes-256-gcm": "A", "sm4-gcm": "S"}[cipher])
    assert seals.open(sealed, sealing.account_of(row)) == "6217000012345678"
    name, text = sealed.split(":")
    raw = base64.b64decode(text)
    for position in range(len(raw)):
        broken = raw[:position] + bytes([raw[position] ^ 1]) + raw[position + 1 :]
        with pytest.raises(InvalidTag):
            seals.open(f"{name}:{base64.b64encode(broken).decode()}", sealing.account_of(row))
    for broken in (raw[:-1], raw[:12], b""):
        with pytest.raises(InvalidTag):
            seals.open(f"{name}:{base64.b64encode(broken).decode()}", sealing.account_of(row))
    with pytest.raises(InvalidTag):
        seals.open(sealed, sealing.account_of(new_id()))


def test_sm4_gcm_is_the_one_of_rfc_8998() -> None:
    cipher = seal_keys.Sm4Gcm(bytes.fromhex("0123456789ABCDEFFEDCBA9876543210"))
    nonce, bound = bytes.fromhex("00001234567800000000ABCD"), bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2")
    clear = bytes.fromhex("".join(digit * 16 for digit in "ABCDEFEA"))
    sealed = bytes.fromhex(
        "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
        "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
        "83DE3541E4C2B58177E065A9BF7B62EC"
    )
    assert cipher.encrypt(nonce, clear, bound) == sealed
    assert cipher.decrypt(nonce, sealed, bound) == clear


def test_values_of_the_older_form_and_of_the_other_cipher_still_open() -> None:
    place, nonce = sealing.phone_of(new_id()), secrets.token_bytes(12)
    older = nonce + AESGCM(KEY).encrypt(nonce, b"13812340000", place.bound())
    text = f"{hashlib.sha256(KEY).hexdigest()[:8]}:{base64.b64encode(older).decode()}"
    sm4 = Seals([KEY], INDEX, "sm4-gcm")
    for seals in (SEALS, sm4, Seals([OTHER, KEY], INDEX, "sm4-gcm")):
        assert seals.open(text, place) == "13812340000"
        assert seals.open(SEALS.seal("1", place), place) == seals.open(sm4.seal("1", place), place) == "1"


def test_no_two_ciphers_share_a_key_and_none_uses_the_line_itself() -> None:
    place, sealed = sealing.phone_of(new_id()), SEALS.seal("13812340000", sealing.phone_of(new_id()))
    raw = base64.b64decode(sealed.split(":")[1])
    with pytest.raises(InvalidTag):
        AESGCM(KEY).decrypt(raw[:12], raw[12:], place.bound())
    drawn = {seal_keys.drawn(KEY, name, "registry") for name in seal_keys.CIPHERS}
    assert {len(key) for key in drawn} == {16, 32}
    assert KEY not in drawn


def test_many_sealed_at_once_are_as_if_sealed_one_by_one_and_no_nonce_comes_twice() -> None:
    values = [f"value {number}" for number in range(300)]
    rows = new_texts(len(values))
    sealed = SEALS.seal_many([*values[:-1], None], IDENTITY, rows)
    assert sealed.pop() is None
    told = [text for text in sealed if text is not None]
    opened = [SEALS.open(text, sealing.identity_of(UUID(row))) for text, row in zip(told, rows, strict=False)]
    assert opened == values[:-1] == SEALS.open_many(told, IDENTITY, rows[:-1])
    with pytest.raises(InvalidTag):
        SEALS.open_many(told[:2], IDENTITY, rows[1::-1])
    with pytest.raises(InvalidTag):
        SEALS.open_many(told[:1], PHONE, rows[:1])
    with pytest.raises(UnknownSealKey):
        SEALS.open_many(["X" + told[0]], IDENTITY, rows[:1])
    assert len({base64.b64decode(text.split(":")[1])[:12] for text in told}) == len(values) - 1
    with pytest.raises(ValueError):
        SEALS.seal_many(values, IDENTITY, rows[:-1])


def test_ids_made_together_are_as_those_made_one_by_one() -> None:
    made = [UUID(text) for text in new_texts(1_000)]
    assert len(set(made)) == 1_000
    assert made == sorted(made)
    assert {(one.version, one.variant) for one in made} == {(7, new_id().variant)}
    assert abs((made[0].int >> 80) - (new_id().int >> 80)) < 10_000


def test_a_value_under_a_key_nobody_holds_says_which_and_nothing_else() -> None:
    place = sealing.phone_of(new_id())
    sealed = Seals([OTHER], INDEX).seal("13812340000", place)
    with pytest.raises(UnknownSealKey, match=sealed.split(":")[0]):
        SEALS.open(sealed, place)


def _wide(character: str) -> str:
    return chr(ord(character) + 0xFEE0)


def test_the_index_is_hmac_sha256_of_the_number_in_its_one_spelling() -> None:
    expected = hmac.new(INDEX, b"34162219900101123X", hashlib.sha256).digest()
    for spelling in (
        "34162219900101123X",
        "34162219900101123x",
        "341622199001011" + "23x",
        "".join(map(_wide, "34162219900101123x")),
    ):
        assert SEALS.index(spelling) == expected
        assert SEALS.index_many([spelling, "1", spelling]) == [expected, SEALS.index("1"), expected]


def test_many_numbers_are_indexed_as_each_of_them_is() -> None:
    numbers = ["34162219900101123x", "", "１", "1 2", ""]
    assert SEALS.index_many(numbers) == [SEALS.index(number) for number in numbers]
    assert SEALS.index_many([]) == []
    assert SEALS.index_many([""]) == [SEALS.index("")]
    with pytest.raises(ValueError, match="end of a line"):
        SEALS.index_many(["1\n2"])


def test_of_an_index_key_file_the_first_line_indexes_and_none_may_be_a_seal_key(tmp_path: Path) -> None:
    seal_file, index_file = tmp_path / "seal", tmp_path / "index"
    seal_file.write_text(base64.b64encode(KEY).decode())
    index_file.write_text("\n".join(base64.b64encode(key).decode() for key in (INDEX, OTHER)))
    assert Seals.from_files(seal_file, index_file).index("1") == SEALS.index("1")
    index_file.write_text("\n".join(base64.b64encode(key).decode() for key in (INDEX, KEY)))
    with pytest.raises(ValueError, match="differ"):
        Seals.from_files(seal_file, index_file)
    index_file.write_text("\n".join(base64.b64encode(key).decode() for key in (INDEX, INDEX)))
    with pytest.raises(ValueError, match="twice"):
        Seals.from_files(seal_file, index_file)


def test_ids_made_later_sort_later_and_are_version_seven() -> None:
    ids = [new_id() for _ in range(50)]
    assert all(made.version == 7 and made.variant == "specified in RFC 4122" for made in ids)
    assert [made.int >> 80 for made in ids] == sorted(made.int >> 80 for made in ids)
