"""Signing in on the web, against a server that answers as Google and Microsoft do."""

from __future__ import annotations

import json
import logging
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import trustme

from daemon.config.secrets import secret
from daemon.config.sign_in import sign_in
from daemon.config.values import SecretSource
from store.errors import ConfigError, DigwellError, NeedsOwnerError, TemporaryError
from tests.fakes.providers import Provider, provider

USER, HOST = "maya@example.org", "imap.example.org"


@dataclass
class Town:
    """A provider, the environment that trusts it, and what the owner was shown."""

    provider: Provider
    environ: dict[str, str]
    source: SecretSource
    shown: list[tuple[str, str]] = field(default_factory=list)

    def show(self, url: str, code: str) -> None:
        self.shown.append((url, code))

    def sign_in(self) -> None:
        sign_in(self.source, USER, HOST, self.environ, self.show)

    def token(self) -> str:
        return secret(self.source, USER, HOST, self.environ)

    @property
    def file(self) -> Path:
        (found,) = Path(self.environ["STATE_DIRECTORY"], "sign-in").glob("*.json")
        return found

    def expire(self) -> None:
        """Let the kept access token be over."""
        kept = json.loads(self.file.read_text())
        if self.source.value == "google":
            kept["until"] = 0
        else:
            for token in kept["AccessToken"].values():
                token["expires_on"] = token["extended_expires_on"] = "1"
        self.file.write_text(json.dumps(kept))


@pytest.fixture(params=["google", "microsoft"])
def town(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    environ = {"STATE_DIRECTORY": str(tmp_path / "state"), "SSL_CERT_FILE": str(tmp_path / "ca.pem")}
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # the library prefers these to what it is told
        monkeypatch.delenv(name, raising=False)
    with provider(authority) as found:
        if request.param == "microsoft":
            yield Town(found, environ, SecretSource("sign_in", "microsoft", "app-id", f"{found.base}/tenant"))
            return
        client = tmp_path / "client.json"
        client.write_text(
            json.dumps(
                {
                    "installed": {
                        "client_id": "id",
                        "client_secret": "of the client",
                        "auth_uri": f"{found.base}/auth",
                        "token_uri": f"{found.base}/token",
                        "redirect_uris": ["http://localhost"],
                    }
                }
            )
        )
        town = Town(found, environ, SecretSource("sign_in", "google", str(client)))
        town.show = lambda url, code: browse(town, url, code)  # type: ignore[method-assign]
        yield town


def browse(town: Town, url: str, code: str) -> None:
    """Do what the owner's browser does: agree, and be sent back to this machine."""
    town.shown.append((url, code))
    asked = {key: values[0] for key, values in parse_qs(urlsplit(url).query).items()}
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"].startswith("http://127.0.0.1:")
    town.provider.challenges["the-code"] = asked["code_challenge"]
    back = f"{asked['redirect_uri']}?code=the-code&state={asked['state']}"
    threading.Thread(target=lambda: urllib.request.urlopen(back).close()).start()


def test_the_owner_signs_in_once_and_the_token_is_kept_for_his_eyes_only(town: Town) -> None:
    town.sign_in()
    assert town.shown
    assert town.token() == "access-1"
    assert town.token() == "access-1"
    assert town.file.stat().st_mode & 0o777 == 0o600
    assert town.file.parent.stat().st_mode & 0o777 == 0o700


def test_a_rotated_token_is_kept_before_it_is_used(town: Town) -> None:
    town.sign_in()
    for number in (2, 3):
        town.expire()
        assert town.token() == f"access-{number}"
        assert f"refresh-{number}" in town.file.read_text()
    assert len(list(town.file.parent.iterdir())) == 1


def test_a_withdrawn_sign_in_is_the_owners_business(town: Town) -> None:
    town.sign_in()
    town.expire()
    town.provider.valid.clear()
    with pytest.raises(NeedsOwnerError) as caught:
        town.token()
    assert "invalid_grant" in caught.value.why
    assert caught.value.hint == f"digwell init --sign-in {town.source.value}"
    assert "refresh-1" in town.file.read_text()


def test_a_server_that_asks_for_patience_is_not_the_owners_business(town: Town) -> None:
    town.sign_in()
    town.expire()
    town.provider.refuse = (503, {"error": "temporarily_unavailable"})
    with pytest.raises(TemporaryError):
        town.token()
    town.provider.refuse = None
    assert town.token() == "access-2"


def test_a_server_out_of_reach_is_not_the_owners_business(town: Town) -> None:
    town.sign_in()
    town.expire()
    town.environ["SSL_CERT_FILE"] = str(town.file)  # no CA at all: the connection fails
    with pytest.raises((TemporaryError, OSError)):
        town.token()


def test_whoever_has_not_signed_in_is_told_how(town: Town) -> None:
    with pytest.raises(NeedsOwnerError, match="has not signed in yet"):
        town.token()


def test_tokens_that_others_can_read_are_refused(town: Town) -> None:
    town.sign_in()
    town.file.chmod(0o644)
    with pytest.raises(NeedsOwnerError, match="others can read"):
        town.token()


def test_kept_tokens_that_were_damaged_ask_for_a_new_sign_in(town: Town) -> None:
    town.sign_in()
    town.file.write_text("{")
    with pytest.raises(NeedsOwnerError, match="sign in again"):
        town.token()


def test_a_missing_client_is_a_fault_of_the_configuration(town: Town) -> None:
    town.source = SecretSource("sign_in", town.source.value, "", town.source.tenant)
    with pytest.raises(ConfigError, match="needs the"):
        town.sign_in()


def test_no_token_is_logged_or_told(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    town.sign_in()
    town.expire()
    town.token()
    town.provider.valid.clear()
    town.expire()
    with pytest.raises(DigwellError) as caught:
        town.token()
    told = caplog.text + str(caught.value) + caught.value.hint
    assert "refresh-" not in told
    assert "access-1" not in told
    assert "maya" not in caplog.text


def test_the_administrators_consent_is_named(town: Town) -> None:
    if town.source.value == "google":
        return
    town.provider.refuse = (400, {"error": "invalid_grant", "error_description": "AADSTS65001: consent"})
    with pytest.raises(NeedsOwnerError, match="your organisation must allow"):
        town.sign_in()
