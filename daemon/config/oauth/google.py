"""Google: a browser on this machine, a loopback address and PKCE, with the owner's own client.

Needs google-auth-oauthlib. Must never keep more of the client than Google's file says.
"""

from __future__ import annotations

import functools
import importlib
import json
from collections.abc import Mapping
from datetime import timezone
from pathlib import Path
from typing import Any

from daemon import clock
from daemon.config.oauth.account import NETWORK_SECONDS, SPARE_SECONDS, WAIT_SECONDS, Account, Show, extra
from store.errors import ConfigError, NeedsOwnerError, TemporaryError

SCOPES = ("https://mail.google.com/",)
_KEPT = ("token", "refresh_token", "token_uri", "client_id", "client_secret")
_PASSING = {"internal_failure", "server_error", "temporarily_unavailable"}


def sign_in(account: Account, show: Show) -> None:
    """Send the owner to Google's page and wait for the answer, a quarter of an hour at most."""
    library, requests = _library("google_auth_oauthlib.flow"), _library("requests")
    refused, installed = _library("oauthlib.oauth2").OAuth2Error, library.InstalledAppFlow

    class Flow(installed):  # type: ignore[misc, valid-type]
        def authorization_url(self, **more: Any) -> tuple[str, str]:  # noqa: ANN401 - the library's
            url, state = super().authorization_url(**more)
            show(url, "")
            return url, state

    flow = Flow.from_client_config(_client(account), scopes=SCOPES, autogenerate_code_verifier=True)
    flow.oauth2session.verify = account.trust
    try:
        found = flow.run_local_server(
            host="127.0.0.1", port=0, open_browser=False, authorization_prompt_message=None,
            timeout_seconds=WAIT_SECONDS, access_type="offline", prompt="consent", login_hint=account.user,
        )  # fmt: skip
    except library.WSGITimeoutError:
        raise NeedsOwnerError("nobody signed in within a quarter of an hour", hint=account.way) from None
    except requests.exceptions.RequestException:
        raise TemporaryError("Google's sign-in is out of reach") from None
    except (refused, ValueError, Warning) as error:
        raise NeedsOwnerError("Google did not let you sign in", _code(error), account.way) from None
    _keep(account, found)


def access_token(account: Account) -> str:
    """Return a token valid for two minutes at least."""
    errors, requests = _library("google.auth.exceptions"), _library("requests")
    carry = _library("google.auth.transport.requests").Request
    kept = _read(account)
    if kept["until"] - SPARE_SECONDS > clock.now():
        return str(kept["token"])
    credentials = _library("google.oauth2.credentials").Credentials
    found = credentials(scopes=SCOPES, **{name: kept[name] for name in _KEPT})
    session = requests.Session()
    session.verify = account.trust
    try:
        found.refresh(functools.partial(carry(session), timeout=NETWORK_SECONDS))
    except errors.RefreshError as error:
        if error.retryable or _code(error) in _PASSING:
            raise TemporaryError("Google's sign-in asks for patience") from None
        raise account.withdrawn(_code(error)) from None
    except errors.TransportError:
        raise TemporaryError("Google's sign-in is out of reach") from None
    finally:
        session.close()
    _keep(account, found)
    return str(found.token)


def _library(name: str) -> Any:  # noqa: ANN401 - an extra without types
    try:
        return importlib.import_module(name)
    except ImportError:
        raise extra("google-auth-oauthlib") from None


def _keep(account: Account, found: Any) -> None:  # noqa: ANN401 - the library's
    # the library's times are naive and UTC
    until = int(found.expiry.replace(tzinfo=timezone.utc).timestamp()) if found.expiry else 0
    account.keep(json.dumps({name: getattr(found, name) for name in _KEPT} | {"until": until}))


def _read(account: Account) -> dict[str, Any]:
    try:
        kept = json.loads(account.kept())
        return {name: kept[name] for name in (*_KEPT, "until")}
    except (ValueError, KeyError, TypeError):
        raise account.withdrawn("the kept tokens cannot be read") from None


def _client(account: Account) -> dict[str, Any]:
    file = account.source.client
    if not file:
        raise ConfigError(
            "sign_in: google needs the file of a client of yours",
            hint="put its path under sign_in_client; docs/providers/gmail.md says how to get one",
        )
    try:
        found = json.loads(Path(file).read_text("utf-8"))
    except (OSError, ValueError):
        raise ConfigError(f"{file} is not a client file as Google gives it") from None
    if not isinstance(found, dict) or "installed" not in found:
        raise ConfigError(f"{file} is not the file of a desktop client", hint="make a client of that kind")
    return found


def _code(error: BaseException) -> str:
    """Return the short name of an error; its other words may quote what was sent."""
    for part in (getattr(error, "error", None), *error.args[1:]):
        if isinstance(part, Mapping) and part.get("error"):
            return str(part["error"])[:60]
        if isinstance(part, str) and part.isidentifier():
            return part[:60]
    return type(error).__name__
