"""What the gateway seals opens in its place, with its key, unchanged, and nowhere else."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidTag

from services.gateway.operations.sealing import Seals
from shared.chassis import seal_keys

PLACE = "complaints.name_sealed.0190"


def line() -> str:
    return base64.b64encode(os.urandom(32)).decode()


def test_a_sealed_value_opens_in_its_place_only_and_never_twice_the_same(tmp_path: Path) -> None:
    file = tmp_path / "seal"
    file.write_text(line())
    seals = Seals(file)
    sealed = seals.seal("王一 13800000000", PLACE)
    assert seals.open(sealed, PLACE) == "王一 13800000000"
    assert sealed != seals.seal("王一 13800000000", PLACE)
    assert "王一".encode() not in sealed
    for wrong in (sealed[:-1] + bytes([sealed[-1] ^ 1]), sealed[:12]):
        with pytest.raises(InvalidTag):
            seals.open(wrong, PLACE)
    with pytest.raises(InvalidTag):
        seals.open(sealed, "complaints.telephone_sealed.0190")


def test_an_earlier_key_and_the_other_cipher_still_open(tmp_path: Path) -> None:
    file = tmp_path / "seal"
    old, new = line(), line()
    file.write_text(old)
    by_old = Seals(file).seal("甲", PLACE)
    file.write_text(f"{new}\n{old}\n")
    both = Seals(file, "sm4-gcm")
    by_new = both.seal("乙", PLACE)
    assert both.open(by_old, PLACE) == "甲"
    assert by_new.startswith(b"S")
    assert both.open(by_new, PLACE) == "乙"
    file.write_text(new)
    with pytest.raises(KeyError):
        Seals(file).open(by_old, PLACE)


def test_two_services_with_the_same_line_do_not_open_each_others_values(tmp_path: Path) -> None:
    file = tmp_path / "seal"
    file.write_text(line())
    sealed = Seals(file).seal("甲", PLACE)
    key = base64.b64decode(file.read_text())
    name, _, raw = sealed.partition(b":")
    theirs = seal_keys.opened_by(key, "registry")[name.decode()]
    with pytest.raises(InvalidTag):
        theirs.decrypt(raw[:12], raw[12:], PLACE.encode())
