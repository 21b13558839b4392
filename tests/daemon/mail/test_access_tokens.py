"""Access tokens at a real Dovecot that checks them itself: XOAUTH2, OAUTHBEARER, expired and forged ones."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.config.values import MailboxConfig, SecretSource
from daemon.service.line import open_session
from store.errors import NeedsOwnerError
from tests.fakes.dovecot import Dovecot

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


def version() -> str:
    path = os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin"
    program = shutil.which("dovecot", path=path) or "dovecot"
    return subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module", params=["plain xoauth2 oauthbearer", "plain oauthbearer"])
def server(request: pytest.FixtureRequest) -> Iterator[Dovecot]:
    if not Dovecot.available():
        pytest.skip("dovecot is not installed (Debian: dovecot-imapd)")
    if version().startswith("2.4"):
        pytest.skip("these settings are those of Dovecot 2.3")
    found = Dovecot()
    found.extra = PASSDB.format(mechanisms=request.param, base=found.base)
    (found.base / "oauth2.conf").write_text(LOCAL.format(base=found.base))
    keys = found.base / "keys/default/HS256"
    keys.mkdir(parents=True)
    (keys / "default").write_text(base64.b64encode(KEY).decode())
    try:
        yield found.start()
    finally:
        found.stop()


def box(server: Dovecot, folder: Path) -> MailboxConfig:
    """Return a fresh account whose token lies in ``folder/token``."""
    account, source = server.account(), SecretSource("token_command", f"cat {folder}/token")
    return MailboxConfig("test", account.host, account.user, account.port, "none", source)


def test_a_valid_token_opens_the_mailbox(server: Dovecot, tmp_path: Path) -> None:
    mailbox = box(server, tmp_path)
    (tmp_path / "token").write_text(token(mailbox.user))
    with open_session(mailbox) as session:
        assert any(folder.name == "INBOX" for folder in session.folders())


@pytest.mark.parametrize("more", [{"lasts": -10}, {"key": b"somebody else's key"}], ids=["expired", "forged"])
def test_a_token_that_is_worth_nothing_is_the_owners_business(
    server: Dovecot, tmp_path: Path, more: dict[str, object]
) -> None:
    mailbox = box(server, tmp_path)
    access = token(mailbox.user, **more)  # type: ignore[arg-type]
    (tmp_path / "token").write_text(access)
    with pytest.raises(NeedsOwnerError) as caught:
        open_session(mailbox)
    assert access not in str(caught.value)


def test_somebody_elses_token_opens_nothing(server: Dovecot, tmp_path: Path) -> None:
    mailbox = box(server, tmp_path)
    (tmp_path / "token").write_text(token("mallory@example.org"))
    with pytest.raises(NeedsOwnerError):
        open_session(mailbox)
