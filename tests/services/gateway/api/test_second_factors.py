"""The second factor: who needs one gets nowhere without; a code is good once; wrong ones count like wrong passwords."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2 as httpx
import pyotp
import pytest
import pytest_asyncio
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import text

from services.gateway.domain import second_factors as rules
from tests.services.gateway.people import ADMIN, PASSWORD, Town, founded
from tests.support.harness import running

pytestmark = pytest.mark.asyncio(loop_scope="module")
AUTH = "/api/v1/auth"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def town() -> AsyncIterator[Town]:
    """A gateway that is no demonstration, whose administrator has enrolled; `device` makes the next code."""
    async with running("gateway", rights_cache_s=0.0, demonstration=False) as harness:
        town = await founded(harness)
        town.harness.app.state.device = await enrolled(town, ADMIN)
        yield town


class Device:
    """Makes one code after the other, as if each came half a minute later."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.codes: list[str] = []
        self._clock = time.time() - 30

    def code(self) -> str:
        self._clock += 30
        self.codes.append(pyotp.TOTP(self.secret).at(int(self._clock)))
        return self.codes[-1]


async def enrolled(town: Town, username: str) -> Device:
    """Sign in, prove that nothing else is open, enrol a device; the sign-in stays in `town.tokens`."""
    async with await town.as_(username) as client:
        shut = await client.get(f"{AUTH}/offices")
        assert (shut.status_code, shut.json()["code"]) == (403, "gateway.second_factor_missing")
        state = (await client.get(f"{AUTH}/second-factor")).json()
        assert state == {"state": "none", "required": True, "recovery_codes_left": 0}
        wrong = await client.post(f"{AUTH}/second-factor", json={"password": "not the password"})
        assert (wrong.status_code, wrong.json()["code"]) == (422, "gateway.password_wrong")
        begun = await client.post(f"{AUTH}/second-factor", json={"password": PASSWORD})
        assert begun.status_code == 201, begun.text
        device = Device(begun.json()["secret"])
        assert begun.json()["otpauth_uri"].startswith("otpauth://totp/")
        assert (await client.get(f"{AUTH}/offices")).status_code == 403
        no_code = await client.post(f"{AUTH}/second-factor/confirmation", json={"otp": "000000"})
        assert (no_code.status_code, no_code.json()["code"]) == (422, "gateway.code_wrong")
        done = await client.post(f"{AUTH}/second-factor/confirmation", json={"otp": device.code()})
        assert done.status_code == 200, done.text
        device.codes += done.json()["codes"]
        assert len(set(done.json()["codes"])) == 10
        assert (await client.get(f"{AUTH}/offices")).status_code == 200
        again = await client.post(f"{AUTH}/second-factor", json={"password": PASSWORD})
        assert (again.status_code, again.json()["code"]) == (409, "gateway.second_factor_present")
    return device


@pytest.fixture
def steady(town: Town, monkeypatch: pytest.MonkeyPatch) -> Device:
    """The administrator's device, on the gateway's clock."""
    device: Device = town.harness.app.state.device
    real = rules.step_of
    monkeypatch.setattr(rules, "step_of", lambda secret, code, now, last: real(secret, code, device._clock, last))
    return device


async def password(town: Town, username: str = ADMIN, **more: str) -> httpx.Response:
    return await town.token(grant_type="password", username=username, password=PASSWORD, **more)


async def outcomes(town: Town) -> list[str]:
    async with town.harness.app.state.database.session(read_only=True) as session:
        return list((await session.execute(text("select outcome from sign_ins order by id"))).scalars())


def plain(answer: httpx.Response) -> dict[str, Any]:
    return {name: value for name, value in answer.json().items() if name != "trace_id"}


async def test_a_right_password_without_a_code_is_told_what_is_missing_and_a_code_is_good_once(
    town: Town, steady: Device
) -> None:
    missing = await password(town)
    assert (missing.status_code, missing.json()["error"]) == (400, "mfa_required")
    assert missing.headers["content-type"] == "application/problem+json"
    code = steady.code()
    good = await password(town, otp=code)
    assert good.status_code == 200, good.text
    again = await password(town, otp=code)
    wrong_password = await town.token(grant_type="password", username=ADMIN, password="wrong", otp=steady.code())
    nobody = await town.token(grant_type="password", username="nobody", password=PASSWORD, otp=code)
    assert again.status_code == 400
    assert plain(again) == plain(wrong_password) == plain(nobody)
    assert again.json()["error"] == "invalid_grant"
    expected = ["second_factor_missing", "signed_in", "wrong_code", "wrong_secret", "unknown_name"]
    assert (await outcomes(town))[-5:] == expected
    async with town.client(good.json()["access_token"]) as client:
        listed = (await client.get(f"{AUTH}/sessions")).json()["items"]
    assert [row["second_factor"] for row in listed if row["current"]] == [True]
    await password(town, otp=steady.code())


async def test_wrong_codes_lock_like_wrong_passwords_and_only_there(town: Town, steady: Device) -> None:
    for _ in range(5):
        assert (await password(town, otp="123456")).json()["error"] == "invalid_grant"
    barred = await password(town, otp=steady.code())
    assert barred.json()["error"] == "invalid_grant"
    assert (await password(town)).json()["error"] == "invalid_grant"
    assert (await outcomes(town))[-2:] == ["locked", "locked"]
    transport = httpx.ASGITransport(app=town.harness.app, client=("198.51.100.4", 1))
    form = {"grant_type": "password", "username": ADMIN, "password": PASSWORD, "otp": steady.code()}
    async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as elsewhere:
        assert (await elsewhere.post(f"{AUTH}/token", data=form)).status_code == 200
    async with town.harness.app.state.database.session() as session:
        await session.execute(text("delete from sign_in_counters"))


async def test_a_recovery_code_stands_in_once_and_new_ones_void_the_old(town: Town, steady: Device) -> None:
    first, second = [code for code in steady.codes if "-" in code][:2]
    typed = first.replace("-", " ").lower()
    signed_in = await password(town, otp=typed)
    assert signed_in.status_code == 200, signed_in.text
    assert (await password(town, otp=first)).json()["error"] == "invalid_grant"
    async with town.client(signed_in.json()["access_token"]) as client:
        assert (await client.get(f"{AUTH}/second-factor")).json()["recovery_codes_left"] == 9
        proof = {"password": PASSWORD, "otp": steady.code()}
        fresh = await client.post(f"{AUTH}/second-factor/recovery-codes", json=proof)
        assert fresh.status_code == 200, fresh.text
        required = await client.post(f"{AUTH}/second-factor/removal", json=proof | {"otp": steady.code()})
        assert (required.status_code, required.json()["code"]) == (422, "gateway.second_factor_required")
    assert (await password(town, otp=second)).json()["error"] == "invalid_grant"
    assert (await password(town, otp=fresh.json()["codes"][0])).status_code == 200
    async with town.harness.app.state.database.session(read_only=True) as session:
        kept = str((await session.execute(text("select * from second_factors"))).all())
        kept += str((await session.execute(text("select * from recovery_codes"))).all())
        kept += str((await session.execute(text("select * from audit_entries"))).all())
    assert steady.secret not in kept
    assert not any(code in kept for code in fresh.json()["codes"])


async def test_somebody_elses_lost_device_is_taken_away_with_a_reason_and_never_ones_own(town: Town) -> None:
    admin = town.client(town.tokens[ADMIN]["access_token"])
    async with admin:
        await town.office("341622-aid", "aid")
        assert (await town.account("second-admin", "341622-aid", "account_admin")).status_code == 201
        await enrolled(town, "second-admin")
        rows = (await admin.get(f"{AUTH}/accounts")).json()["items"]
        ids = {row["username"]: row["id"] for row in rows}
        path = f"{AUTH}/accounts/{{}}/second-factor-reset"
        own = await admin.post(path.format(ids[ADMIN]), json={"reason": "手机丢失"})
        assert (own.status_code, own.json()["code"]) == (422, "gateway.own_account")
        assert (await admin.post(path.format(ids["second-admin"]), json={})).status_code == 422
        async with await town.as_("second-admin") as other:
            outside = await other.post(path.format(ids[ADMIN]), json={"reason": "手机丢失"})
            assert outside.status_code == 404
            assert (await admin.post(path.format(ids["second-admin"]), json={"reason": "手机丢失"})).status_code == 204
            assert (await other.get(f"{AUTH}/me")).status_code == 401
        absent = await admin.post(path.format(ids["second-admin"]), json={"reason": "手机丢失"})
        assert (absent.status_code, absent.json()["code"]) == (409, "gateway.second_factor_absent")
    async with town.harness.app.state.database.session(read_only=True) as session:
        query = "select reason from account_versions where account_id = :id order by version desc limit 1"
        reason = (await session.execute(text(query), {"id": ids["second-admin"]})).scalar_one()
        actions = list((await session.execute(text("select action from audit_entries"))).scalars())
    assert reason == "手机丢失"
    assert "second_factor.reset" in actions


async def test_a_hash_of_an_older_profile_is_made_anew_at_the_next_good_sign_in(town: Town, steady: Device) -> None:
    database = town.harness.app.state.database
    older = Argon2Hasher(time_cost=1, memory_cost=8 * 1024, parallelism=1).hash(PASSWORD)

    async def kept() -> str:
        async with database.session(read_only=True) as session:
            query = text("select secret_hash from accounts where username = :name")
            return str((await session.execute(query, {"name": ADMIN})).scalar_one())

    async with database.session() as session:
        await session.execute(
            text("update accounts set secret_hash = :hash where username = :name"), {"hash": older, "name": ADMIN}
        )
    assert (await password(town)).json()["error"] == "mfa_required"
    assert await kept() == older
    assert (await password(town, otp=steady.code())).status_code == 200
    assert "m=19456,t=2,p=1" in await kept()
    assert (await password(town, otp=steady.code())).status_code == 200
