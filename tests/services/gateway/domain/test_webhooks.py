"""Webhooks, the rules alone: which addresses, which signature, how long to wait."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from services.gateway.domain import webhooks
from services.gateway.domain.refusals.exchange import AddressNotAllowed
from services.gateway.domain.webhooks import AddressRules
from services.gateway.storage.exchange_catalogue import catalogue, waits

RULES = AddressRules(("push.example.gov.cn", ".civil.gov.cn"), loopback=False)


@pytest.mark.parametrize("url", [
    "https://push.example.gov.cn/hook", "https://a.civil.gov.cn:8443/x?y=1",
])  # fmt: skip
def test_https_at_a_host_on_the_operators_list_is_allowed(url: str) -> None:
    RULES.require(url)


@pytest.mark.parametrize("url", [
    "http://push.example.gov.cn/hook", "https://other.example/", "https://evilcivil.gov.cn/", "https://127.0.0.1/",
    "https://[::1]/", "https://169.254.169.254/latest", "https://2130706433/", "https://0x7f.1/",
    "https://push.example.gov.cn@10.0.0.1/", "https://user:pw@push.example.gov.cn/", "https://push.example.gov.cn/#f",
    "https://push.example.gov.cn:0/", "https://push.example.gov.cn:99999/", "ftp://push.example.gov.cn/",
    "https://push.example.gov.cn.evil.cn/", "https://push.example.gov.cn\\@evil.cn/", "https:///x", "https://ｐush.cn/",
    "http://127.0.0.1:9/x",
])  # fmt: skip
def test_every_other_address_is_refused(url: str) -> None:
    with pytest.raises(AddressNotAllowed):
        RULES.require(url)


@pytest.mark.parametrize("address", [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "fe80::1", "fc00::1", "fec0::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::",
    "ff02::1", "not-an-address",
])  # fmt: skip
def test_no_connection_goes_inside_whatever_the_name_was(address: str) -> None:
    assert not RULES.admits(address)


def test_public_addresses_are_reached_and_loopback_only_by_setting() -> None:
    assert RULES.admits("114.114.114.114")
    assert RULES.admits("2400:3200::1")
    shown = AddressRules((), loopback=True)
    shown.require("http://127.0.0.1:9/hook")
    assert shown.admits("127.0.0.1")
    assert not shown.admits("10.0.0.1")


def test_a_receiver_with_the_standard_library_accepts_either_secret_and_refuses_a_changed_body() -> None:
    new, old = (webhooks.secret_text(bytes([letter]) * 32) for letter in (1, 2))
    body, now = b'{"type":"x"}', int(datetime.now(UTC).timestamp())
    sent = webhooks.headers([new, old], "evt_1", now, body)
    for secret in (new, old):
        assert Webhook(secret).verify(body.decode(), sent) == {"type": "x"}
    with pytest.raises(Exception, match="signature"):
        Webhook(new).verify('{"type":"y"}', sent)
    with pytest.raises(Exception, match="signature"):
        Webhook("whsec_" + base64.b64encode(b"3" * 32).decode()).verify(body.decode(), sent)


def test_waits_grow_with_jitter_and_end_and_a_failing_endpoint_is_left_alone() -> None:
    table = waits()
    assert list(table) == sorted(table)
    assert len(table) == 9
    for attempt, wait in enumerate(table, start=1):
        least, most = (webhooks.wait_before(attempt, table, chance) for chance in (0.0, 1.0))
        assert least is not None
        assert most is not None
        assert timedelta(seconds=wait * 0.79) < least < most < timedelta(seconds=wait * 1.21)
    assert webhooks.wait_before(len(table) + 1, table, 0.5) is None
    assert webhooks.rest_of_circuit(4) is None
    rests = [webhooks.rest_of_circuit(failures) for failures in (5, 10, 15, 500)]
    assert rests == [timedelta(seconds=seconds) for seconds in (60, 300, 900, 900)]


def test_what_is_not_shared_names_no_fields_and_every_other_item_is_whole() -> None:
    for item in catalogue().values():
        assert item.sharing in ("unconditional", "conditional", "not_shared")
        assert (item.sharing == "not_shared") == (item.direction == "none") == (not item.fields)
        assert item.sharing != "conditional" or item.basis
        assert item.sharing != "unconditional" or not item.personal
        assert item.granularity in ("county", "village")
