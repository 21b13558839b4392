"""Access tokens at a real Dovecot that checks them itself: XOAUTH2, OAUTHBEARER, expired and forged ones."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.config.values import MailboxConfig, SecretSource
from daemon.service.line import open_session
from store.errors import NeedsOwnerError
from tests.fakes.dovecot import Dovecot
from tests.fakes.tokens import can_take_tokens, takes_tokens, token


@pytest.fixture(scope="module", params=["plain xoauth2 oauthbearer", "plain oauthbearer"])
def server(request: pytest.FixtureRequest) -> Iterator[Dovecot]:
    if not Dovecot.available():
        pytest.skip("dovecot is not installed (Debian: dovecot-imapd)")
    if not can_take_tokens():
        pytest.skip("the settings are those of Dovecot 2.3")
    with takes_tokens(request.param) as found:
        yield found


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
