"""A small OpenID Connect issuer: `python -m tests.support.token_server`. A process of its own, with its own keys.

Prints its address. `POST /token` takes a JSON order and answers a token, however wrong it was ordered; `POST /keys`
makes a new key, `DELETE /keys?kid=` takes one away.
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

MAKERS: dict[str, Any] = {
    "RS256": lambda: RSAKey.generate_key(2048),
    "ES256": lambda: ECKey.generate_key("P-256"),
    "EdDSA": lambda: OKPKey.generate_key("Ed25519"),
}


class Issuer(ThreadingHTTPServer):
    """The issuer, its keys and how often it was asked for them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server_address[1]}/realms/department"
        self.keys: dict[str, tuple[str, Any]] = {}
        self.asked = 0
        for algorithm in MAKERS:
            self.add(algorithm)

    def add(self, algorithm: str) -> str:
        kid = f"{algorithm}-{uuid.uuid4().hex[:6]}"
        self.keys[kid] = (algorithm, MAKERS[algorithm]())
        return kid

    def token(self, order: dict[str, Any]) -> str:
        """A token as ordered: `alg`, `kid`, `header`, `claims`; a claim of null is left out."""
        algorithm = order.get("alg", "RS256")
        kid = order.get("kid") or next(kid for kid, (one, _) in reversed(self.keys.items()) if one == algorithm)
        now = int(time.time())
        claims = {
            "iss": self.address, "aud": "lika", "sub": "subject-1", "iat": now, "exp": now + 300,
            "jti": uuid.uuid4().hex,
        } | order.get("claims", {})  # fmt: skip
        header = {"alg": algorithm, "kid": kid, "typ": "at+jwt"} | order.get("header", {})
        good = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(header, good, self.keys[kid][1], algorithms=[algorithm])


class Handler(BaseHTTPRequestHandler):
    server: Issuer

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path == "/realms/department/.well-known/openid-configuration":
            self._send({"issuer": self.server.address, "jwks_uri": f"{self.server.address}/keys"})
        elif path == "/realms/department/keys":
            self.server.asked += 1
            rows = self.server.keys.items()
            self._send({"keys": [key.as_dict(private=False, kid=kid, use="sig", alg=alg) for kid, (alg, key) in rows]})
        elif path == "/asked":
            self._send({"asked": self.server.asked})
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        order = json.loads(self.rfile.read(int(self.headers["content-length"])) or b"{}")
        if self.path == "/token":
            self._send({"access_token": self.server.token(order)})
        else:
            self._send({"kid": self.server.add(order["alg"])})

    def do_DELETE(self) -> None:
        kid = parse_qs(urlsplit(self.path).query)["kid"][0]
        del self.server.keys[kid]
        self._send({})

    def _send(self, value: dict[str, Any]) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what is asked for is the test's business."""


if __name__ == "__main__":
    issuer = Issuer()
    print(issuer.address, flush=True)
    try:
        issuer.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)
