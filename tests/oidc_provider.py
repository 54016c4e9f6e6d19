"""A small provider of sign-in by OpenID Connect, on this machine, for tests."""

from __future__ import annotations

import json
import time
from base64 import b64decode, urlsafe_b64encode
from contextlib import contextmanager
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

if TYPE_CHECKING:
    from collections.abc import Iterator

CLIENT, SECRET = "kikigaki", "between us"


class Provider:
    """Signs `person` in whenever a browser comes; tests spoil what it says."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "first", "use": "sig"})
        self.person: dict[str, Any] = {"sub": "42", "preferred_username": "sato", "name": "佐藤"}
        self.spoilt: dict[str, Any] = {}
        self.algorithm = "RS256"
        self.signer: RSAKey | OctKey = self.key
        self.issuer = ""
        self.told_issuer = ""
        self.asked: list[str] = []
        self._codes: dict[str, dict[str, str]] = {}

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.told_issuer or self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["none", "HS256", "RS256"],
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes back to."""
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = f"code{len(self._codes)}"
        self._codes[code] = asked
        back = urlencode({"code": code, "state": asked["state"], "iss": self.issuer})
        return f"{asked['redirect_uri']}?{back}"

    def token(self, given: dict[str, str], basic: str) -> dict[str, Any] | None:
        """What the code is good for, once; None for a code, verifier or secret that is wrong."""
        asked = self._codes.pop(given["code"], None)
        verifier = given.get("code_verifier", "").encode()
        challenge = urlsafe_b64encode(sha256(verifier).digest()).rstrip(b"=").decode()
        secret = basic == f"{CLIENT}:{SECRET.replace(' ', '+')}" or basic == f"{CLIENT}:{SECRET}"
        if asked is None or challenge != asked["code_challenge"] or not secret:
            return None
        if given["redirect_uri"] != asked["redirect_uri"]:
            return None
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300}
        claims |= {"nonce": asked["nonce"]} | self.person | self.spoilt
        header = {"alg": self.algorithm, "kid": self.key.kid}
        signed = jwt.encode(header, claims, self.signer, algorithms=[self.algorithm])
        return {"access_token": "x", "token_type": "Bearer", "id_token": signed}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(address.query).items()}
        self.provider.asked.append(address.path)
        match address.path:
            case "/.well-known/openid-configuration":
                self._answer(self.provider.metadata())
            case "/keys":
                self._answer({"keys": [self.provider.key.as_dict(private=False)]})
            case "/authorize":
                self.send_response(302)
                self.send_header("Location", self.provider.authorize(asked))
                self.end_headers()
            case _:
                self.send_error(404)

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        given = {name: one[0] for name, one in parse_qs(self.rfile.read(size).decode()).items()}
        basic = b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        token = self.provider.token(given, basic)
        self._answer(token or {"error": "invalid_grant"}, 200 if token else 400)

    def _answer(self, content: dict[str, Any], status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(content).encode())

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def running_provider() -> Iterator[Provider]:
    """Listens on a free port of the loopback."""
    provider = Provider()
    handler = type("Handler", (_Handler,), {"provider": provider})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
