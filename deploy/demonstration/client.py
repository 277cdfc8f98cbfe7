"""One office's way to the gateway: signs in like any front end and sends keyed requests."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx

TOKEN_AGE_S = 600
TRIES = 15


SECOND_FACTOR = "gateway.second_factor_missing"


class LoadFailed(RuntimeError):
    """The gateway said no to something the demonstration expects to work."""


@dataclass
class Desk:
    """A signed-in person. Every write carries a key made of the step's name, so that loading again doubles nothing."""

    address: str
    username: str
    password: str
    _client: httpx.Client | None = None
    _token: str = ""
    _signed_in_at: float = field(default=0.0)

    def get(self, path: str, **params: str | int) -> Any:
        """The JSON answer of a GET."""
        return self._send("GET", path, params=params).json()

    def every(self, path: str, **params: str | int) -> list[dict[str, Any]]:
        """All rows of a list, page by page."""
        rows: list[dict[str, Any]] = []
        cursor: dict[str, str | int] = {}
        while True:
            page = self.get(path, limit=200, **params, **cursor)
            rows += page["items"]
            if page["next_cursor"] is None:
                return rows
            cursor = {"cursor": page["next_cursor"]}

    def post(self, path: str, body: Any, *, key: str) -> Any:
        """The JSON answer of a POST, sent once whatever happens."""
        return self._send("POST", path, json=body, key=key).json()

    def put(self, path: str, body: Any, *, key: str) -> Any:
        return self._send("PUT", path, json=body, key=key).json()

    def upload(self, path: str, name: str, content: bytes, *, key: str, **form: str) -> Any:
        """Send a workbook with form fields."""
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return self._send("POST", path, files={"file": (name, content, kind)}, data=form, key=key).json()

    def refused(self, path: str, body: Any, *, key: str) -> dict[str, Any]:
        """The problem answer of a POST that a rule forbids; LoadFailed if it is let through."""
        answer = self._once("POST", path, self._headers(key), json=body)
        if answer.status_code < 400:
            raise LoadFailed(f"POST {path} was expected to be refused, answered {answer.status_code}")
        problem: dict[str, Any] = answer.json()
        return problem

    def _send(self, method: str, path: str, *, key: str = "", **content: Any) -> httpx.Response:
        for _ in range(TRIES):
            answer = self._once(method, path, self._headers(key), **content)
            if answer.status_code in (429, 503) or (answer.status_code == 409 and "retry-after" in answer.headers):
                time.sleep(min(float(answer.headers.get("retry-after", "1")), 2.0))
                continue
            if answer.status_code == 401:
                self._signed_in_at = 0.0
                continue
            if answer.status_code >= 400:
                raise LoadFailed(f"{self.username} {method} {path}: {answer.status_code} {_reason(answer)}")
            return answer
        raise LoadFailed(f"{self.username} {method} {path}: still {answer.status_code} {_reason(answer)}")

    def _once(self, method: str, path: str, headers: dict[str, str], **content: Any) -> httpx.Response:
        return self._http().request(method, path, headers=headers, **content)

    def _http(self) -> httpx.Client:
        if self._client is None:
            self._client = httpx.Client(base_url=self.address, timeout=60.0, trust_env=False)
        return self._client

    def _headers(self, key: str) -> dict[str, str]:
        headers = {"authorization": f"Bearer {self._access_token()}"}
        if key:
            headers["idempotency-key"] = key_of(key)
        return headers

    def own_password(self, first_password: str) -> str:
        """Put one's own password in place of the one somebody else set; the password that holds from now on.

        A first password that is good no more was changed before a load broke off; one that need not be changed is
        its owner's already, and stays.
        """
        answer = self._sign_in(first_password)
        if answer.status_code == 400:
            return self.password
        self._signed_in(answer)
        if not self.get("/api/v1/auth/me")["must_change_password"]:
            self.password = first_password
            return self.password
        body = {"old_password": first_password, "new_password": self.password}
        answer = self._once("POST", "/api/v1/auth/password", self._headers(""), json=body)
        if answer.status_code != 204:
            raise LoadFailed(f"{self.username} could not change the first password: {answer.status_code}")
        return self.password

    def _access_token(self) -> str:
        if time.monotonic() - self._signed_in_at > TOKEN_AGE_S or not self._token:
            self._signed_in(self._sign_in(self.password))
        return self._token

    def _sign_in(self, password: str) -> httpx.Response:
        form = {"grant_type": "password", "username": self.username, "password": password}
        for _ in range(TRIES):
            answer = self._http().post("/api/v1/auth/token", data=form)
            if answer.status_code not in (429, 503):
                break
            time.sleep(min(float(answer.headers.get("retry-after", "1")), 2.0))
        return answer

    def _signed_in(self, answer: httpx.Response) -> None:
        if answer.status_code != 200:
            raise LoadFailed(f"{self.username} could not sign in: {answer.status_code} {_reason(answer)}")
        self._token = answer.json()["access_token"]
        self._signed_in_at = time.monotonic()

    def close(self) -> None:
        if self._client is not None:
            self._client.close()


def key_of(step: str) -> str:
    """An idempotency key for a step's name: the same step, the same key, in 1 to 64 allowed characters."""
    return "demo-" + hashlib.sha256(step.encode()).hexdigest()[:40]


def _reason(answer: httpx.Response) -> str:
    try:
        problem = answer.json()
    except ValueError:
        return answer.text[:200]
    if problem.get("code") == SECOND_FACTOR:
        return "the suite asks for second factors: start it with LIKA_GATEWAY_DEMONSTRATION=true for a demonstration"
    return json.dumps(
        {name: problem.get(name) for name in ("code", "title", "facts", "errors")}, ensure_ascii=False
    )[:800]  # fmt: skip
