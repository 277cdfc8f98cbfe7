"""The examples in the public document are real: each request is carried out by the running suite."""

from __future__ import annotations

from typing import Any

from deploy.examples import Asking, cut
from services.gateway.storage.catalogue_files import examples
from tests.support.suite import RunningSuite


def test_every_example_request_succeeds_and_is_answered_as_shown(suite: RunningSuite) -> None:
    with suite.anonymous() as client:
        document = client.get("/openapi.json").json()
    asking = Asking(suite.address, suite.data / "demo-accounts.json", document)
    try:
        for operation, example in examples().items():
            answer = asking.ask(operation, example)
            assert answer.status_code == example["status"], (operation, answer.text[:500])
            assert_alike(cut(answer.json()), example["response"], operation)
    finally:
        asking.close()
    assert len(examples()) >= 50


def assert_alike(answer: Any, shown: Any, place: str) -> None:
    """Every field that is shown is answered; values and rows are the demonstration's own."""
    if isinstance(shown, dict) and isinstance(answer, dict):
        assert set(shown) <= set(answer) or _by_key(shown), (place, set(shown) - set(answer))
        for name in set(shown) & set(answer):
            assert_alike(answer[name], shown[name], f"{place}.{name}")
    elif isinstance(shown, list):
        assert isinstance(answer, list), place
        for left, right in zip(answer, shown, strict=False):
            assert_alike(left, right, f"{place}[]")


def _by_key(shown: dict[str, Any]) -> bool:
    """Whether the keys are data: codes, dates, numbers."""
    return any(not name.isidentifier() for name in shown)
