"""A Dovecot that checks access tokens itself, and the tokens: good ones, expired ones, forged ones."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time

from tests.fakes.dovecot import Dovecot, version

KEY = b"a key that only this test and its server know"
PASSDB = """
auth_mechanisms = {mechanisms}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {base}/oauth2.conf
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
"""
LOCAL = """
introspection_mode = local
local_validation_key_dict = fs:posix:prefix={base}/keys/
username_attribute = email
tokeninfo_url = http://127.0.0.1:1/
"""


def encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def token(user: str, *, lasts: int = 600, key: bytes = KEY) -> str:
    head = encoded(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    now = int(time.time())
    body = encoded(json.dumps({"sub": user, "email": user, "iat": now - 60, "exp": now + lasts}).encode())
    mark = hmac.new(key, f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{encoded(mark)}"


def can_take_tokens() -> bool:
    """Tell whether the Dovecot here understands these settings; those of 2.4 are others."""
    return Dovecot.available() and not version().startswith("2.4")


def takes_tokens(mechanisms: str) -> Dovecot:
    """Make a server with these mechanisms; it has to be started."""
    made = Dovecot()
    made.extra = PASSDB.format(mechanisms=mechanisms, base=made.base)
    (made.base / "oauth2.conf").write_text(LOCAL.format(base=made.base))
    keys = made.base / "keys/default/HS256"
    keys.mkdir(parents=True)
    (keys / "default").write_text(base64.b64encode(KEY).decode())
    return made
