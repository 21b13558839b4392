"""A sign-in server on loopback that speaks as Google and as Microsoft do, over real TLS.

It hands out tokens, rotates them, checks PKCE, and refuses in the ways the real ones do.
"""

from __future__ import annotations

import base64
import hashlib
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import trustme


class Provider:
    """What the server knows, and what it was told to do wrong."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.refuse: tuple[int, dict[str, Any]] | None = None
        self.valid: set[str] = set()
        self.challenges: dict[str, str] = {}
        self.count = 0
        self.pending = 1
        self.scope = "https://mail.google.com/"
        self.asked: list[str] = []

    def tokens(self, *, seconds: int = 3600) -> dict[str, Any]:
        """Hand out the next pair; older refresh tokens are worth nothing from then on."""
        self.count += 1
        self.valid = {f"refresh-{self.count}"}
        return {
            "access_token": f"access-{self.count}",
            "refresh_token": f"refresh-{self.count}",
            "expires_in": seconds,
            "token_type": "Bearer",
            "scope": self.scope,
            "client_info": base64.urlsafe_b64encode(b'{"uid":"u","utid":"t"}').decode(),
        }

    def answer(self, path: str, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        self.asked.append(f"{path} {form.get('grant_type', '')}".strip())
        if path.endswith("/openid-configuration"):
            return 200, {
                "issuer": f"{self.base}/tenant/v2.0",
                "authorization_endpoint": f"{self.base}/tenant/authorize",
                "token_endpoint": f"{self.base}/tenant/token",
                "device_authorization_endpoint": f"{self.base}/tenant/devicecode",
            }
        if self.refuse:
            return self.refuse
        self.scope = form.get("scope", self.scope)
        if path.endswith("/devicecode"):
            return 200, {
                "device_code": "device", "user_code": "F7QK-2XZP", "verification_uri": f"{self.base}/device",
                "interval": 0, "expires_in": 60,
            }  # fmt: skip
        return self._token(form)

    def _token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        kind = form.get("grant_type", "")
        if kind == "authorization_code":
            verifier = form.get("code_verifier", "")
            mark = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
            if self.challenges.get(form.get("code", "")) != mark:
                return 400, {"error": "invalid_grant", "error_description": "bad verifier"}
        elif kind.endswith("device_code") and self.pending:
            self.pending -= 1
            return 400, {"error": "authorization_pending"}
        elif kind == "refresh_token" and form.get("refresh_token") not in self.valid:
            return 400, {"error": "invalid_grant", "error_description": "AADSTS70008: gone for maya"}
        return 200, self.tokens()


@contextmanager
def provider(authority: trustme.CA) -> Iterator[Provider]:
    """Serve one until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(*told.answer(urlsplit(self.path).path, {}))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {key: values[0] for key, values in parse_qs(body).items()}
            self._say(*told.answer(urlsplit(self.path).path, form))

        def _say(self, status: int, found: dict[str, Any]) -> None:
            body = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    told = Provider(f"https://localhost:{server.server_address[1]}")
    thread = threading.Thread(target=lambda: server.serve_forever(0.05), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
