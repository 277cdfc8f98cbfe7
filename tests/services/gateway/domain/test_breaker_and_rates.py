"""A breaker opens after five failures and tries again after two seconds; a bucket refills steadily."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.gateway.domain.breaker import Breaker
from services.gateway.domain.rates import KEYS_REMEMBERED, Rate, network_of


def test_five_failures_in_a_row_open_the_breaker_and_one_request_tries_after_two_seconds() -> None:
    breaker = Breaker()
    for _ in range(5):
        assert breaker.lets_pass(10.0)
        breaker.failed(10.0)
    assert not breaker.lets_pass(11.9)
    assert breaker.lets_pass(12.0)
    assert not breaker.lets_pass(12.0)
    breaker.failed(12.0)
    assert not breaker.lets_pass(13.9)
    assert breaker.lets_pass(14.0)
    breaker.succeeded()
    assert breaker.lets_pass(14.0)
    assert breaker.lets_pass(14.0)


def test_a_success_between_failures_keeps_the_breaker_shut() -> None:
    breaker = Breaker()
    for _ in range(20):
        breaker.failed(1.0)
        breaker.succeeded()
    assert breaker.lets_pass(1.0)


@given(st.integers(1, 50), st.lists(st.floats(0, 5), max_size=200))
def test_no_more_than_the_limit_and_what_was_refilled_ever_passes(limit: int, pauses: list[float]) -> None:
    rate, now, passed = Rate(limit), 0.0, 0
    for pause in pauses:
        now += pause
        passed += rate.take("key", now).passes
    assert passed <= limit + now * limit / 60 + 1e-6


def test_waiting_as_long_as_told_lets_one_more_pass() -> None:
    rate = Rate(2)
    assert [rate.take("a", 0.0).passes for _ in range(3)] == [True, True, False]
    verdict = rate.take("a", 0.0)
    assert rate.take("a", verdict.reset_s).passes
    assert rate.take("b", 0.0).passes


def test_the_keys_remembered_are_bounded() -> None:
    rate = Rate(1)
    for number in range(KEYS_REMEMBERED + 10):
        rate.take(str(number), 0.0)
    assert len(rate._buckets) == KEYS_REMEMBERED


def test_an_ipv6_subscriber_is_one_network() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff") != network_of("2001:db8:0:1::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"
    assert network_of("testclient") == "testclient"
