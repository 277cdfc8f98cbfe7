"""Keys of access tokens take over from each other so that no good token is refused on the way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.gateway import rotate_keys
from services.gateway.domain import token_ring
from services.gateway.domain.token_ring import OVERLAP_S, SETTLED_S, Ring, RingKey
from services.gateway.operations import token_keys
from services.gateway.operations.access_tokens import AccessTokens, Fault
from services.gateway.storage import token_rings
from shared.chassis.identity import InnerTokens, new_private_key, public_keys
from tests.support.harness import actor

T = 1_900_000_000


def made(number: int) -> RingKey:
    return RingKey(kid=f"key-{number}", pem="secret", public="{}", since=number)


def ring() -> Ring:
    return Ring(made(1), made(2))


def test_the_next_key_signs_and_the_one_before_is_kept_without_its_secret() -> None:
    after = token_ring.rotated(ring(), T, made)
    assert (after.present.kid, after.next.kid) == ("key-2", f"key-{T}")
    assert [(key.kid, key.pem, key.until) for key in after.old] == [("key-1", "", T + OVERLAP_S)]
    assert [key.kid for key in after.accepted(T + OVERLAP_S - 1)] == ["key-2", f"key-{T}", "key-1"]
    assert [key.kid for key in after.accepted(T + OVERLAP_S)] == ["key-2", f"key-{T}"]


def test_a_key_nobody_has_seen_yet_does_not_sign() -> None:
    after = token_ring.rotated(ring(), T, made)
    with pytest.raises(token_ring.TooEarly):
        token_ring.rotated(after, T + SETTLED_S - 1, made)
    assert len(token_ring.rotated(after, T + SETTLED_S, made).old) == 2


def test_a_revoked_key_is_gone_at_once_whatever_it_was() -> None:
    after = token_ring.rotated(ring(), T, made)
    for kid in ("key-1", "key-2", f"key-{T}"):
        left = token_ring.revoked(after, kid, T + 5, made)
        assert kid not in {key.kid for key in left.accepted(T + 5)}
        assert left.revoked == (kid,)
        assert left.present.pem
    with pytest.raises(token_ring.Unknown):
        token_ring.revoked(after, "nobody", T, made)


def follow(*tokens: AccessTokens) -> None:
    """Let the next look be now."""
    for one in tokens:
        one._keys._looked_at = 0.0


def test_two_gateways_change_keys_without_refusing_a_good_token_and_revoke_within_a_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(token_ring, "SETTLED_S", 0)
    pem, file = tmp_path / "token.pem", tmp_path / "ring.json"
    pem.write_bytes(new_private_key())
    before = AccessTokens(pem, None, "http://issuer").sign("a", "s", 60)
    assert rotate_keys.main([str(file), "init", "--from", str(pem)]) == 0
    assert rotate_keys.main([str(file), "init", "--from", str(pem)]) == 1
    one, other = (AccessTokens(pem, None, "http://issuer", file) for _ in range(2))
    issued = [before]
    for _ in range(3):
        assert rotate_keys.main([str(file), "rotate"]) == 0
        follow(one)
        issued.append(one.sign("a", "s", 60))  # `other` has not looked yet and knows the key as the next
        issued.append(other.sign("a", "s", 60))
        assert [other.check(token).account for token in issued] == ["a"] * len(issued)
        follow(other)
        assert [one.check(token).account for token in issued] == ["a"] * len(issued)
    assert other.known(issued[-1]) is not None
    assert rotate_keys.main([str(file), "revoke", one.kid]) == 0
    assert rotate_keys.main([str(file), "revoke", "nobody"]) == 1
    follow(one, other)
    found = [other.judge(token) for token in issued]
    assert found[-1] == found[-2] == Fault("unknown_key") or Fault("unknown_key") in found
    assert one.check(one.sign("a", "s", 60)).account == "a"
    assert "PRIVATE" not in capsys.readouterr().out
    assert oct(file.stat().st_mode & 0o777) == "0o600"


def test_a_broken_key_file_changes_nothing(tmp_path: Path) -> None:
    pem, file = tmp_path / "token.pem", tmp_path / "ring.json"
    pem.write_bytes(new_private_key())
    token_rings.write(file, token_keys.first_ring(pem.read_bytes(), T))
    tokens = AccessTokens(pem, None, "http://issuer", file)
    token = tokens.sign("a", "s", 60)
    for content in ("{", "{}", "[]", '{"present": {"kid": "x"}}'):
        file.write_text(content)
        follow(tokens)
        assert tokens.check(token).account == "a"
    file.unlink()
    follow(tokens)
    assert tokens.check(token).account == "a"


def test_a_single_key_file_is_followed_too_and_ends_what_the_old_one_signed(tmp_path: Path) -> None:
    pem = tmp_path / "token.pem"
    pem.write_bytes(new_private_key())
    tokens = AccessTokens(pem, None, "http://issuer")
    token = tokens.sign("a", "s", 60)
    pem.write_bytes(new_private_key())
    follow(tokens)
    assert tokens.judge(token) == Fault("unknown_key")
    assert tokens.check(tokens.sign("a", "s", 60)).account == "a"


def test_an_inner_key_is_replaced_while_both_services_run(tmp_path: Path) -> None:
    gateway, funds, jwks = tmp_path / "gateway.pem", tmp_path / "funds.pem", tmp_path / "jwks.json"
    for path in (gateway, funds):
        path.write_bytes(new_private_key())
    first = json.loads(public_keys({"gateway": gateway, "funds": funds}))
    jwks.write_text(json.dumps(first))
    sender, receiver = InnerTokens("gateway", gateway, jwks), InnerTokens("funds", funds, jwks)

    def look() -> None:
        sender._looked_at = receiver._looked_at = 0.0

    old = sender.sign(actor("x.read"), "funds")
    fresh = tmp_path / "fresh.pem"
    fresh.write_bytes(new_private_key())
    second = json.loads(public_keys({"gateway.2": fresh}))["keys"]
    jwks.write_text(json.dumps({"keys": first["keys"] + second}))
    look()
    between = sender.sign(actor("x.read"), "funds")
    gateway.write_bytes(fresh.read_bytes())
    look()
    new = sender.sign(actor("x.read"), "funds")
    assert [receiver.check(token).issuer for token in (old, between, new)] == ["gateway"] * 3
    jwks.write_text(json.dumps({"keys": [key for key in first["keys"] if key["kid"] != "gateway"] + second}))
    look()
    assert receiver.check(new).issuer == "gateway"
    for token in (old, between):
        with pytest.raises(Exception, match="unauthenticated"):
            receiver.check(token)


def test_a_key_of_one_service_signs_for_no_other_however_it_is_named(tmp_path: Path) -> None:
    files = {name: tmp_path / f"{name}.pem" for name in ("gateway", "funds", "projects")}
    for path in files.values():
        path.write_bytes(new_private_key())
    keys = json.loads(public_keys({"funds": files["funds"], "projects.2": files["projects"]}))
    jwks = tmp_path / "jwks.json"
    jwks.write_text(json.dumps(keys))
    forged = InnerTokens("gateway", files["projects"], jwks)
    forged._kid = "projects.2"
    with pytest.raises(Exception, match="unauthenticated"):
        InnerTokens("funds", files["funds"], jwks).check(forged.sign(actor("x.read"), "funds"))
