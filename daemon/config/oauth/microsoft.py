"""Microsoft: a code typed on a web page, on this machine or any other.

Needs msal. Refresh tokens rotate: a new one is kept before the access token is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from daemon.config.oauth.account import NETWORK_SECONDS, Account, Show, extra
from store.errors import ConfigError, NeedsOwnerError, TemporaryError

IMAP = "https://outlook.office.com/IMAP.AccessAsUser.All"
SMTP = "https://outlook.office.com/SMTP.Send"
AUTHORITY = "https://login.microsoftonline.com/"
_PASSING = {"temporarily_unavailable", "server_error", "too_many_requests", "slow_down"}
_CONSENT = ("AADSTS65001", "AADSTS90094")


def sign_in(account: Account, show: Show) -> None:
    """Show the owner the page and the code, and wait until they are used or run out."""
    app, cache = _app(account, "")
    try:
        flow = app.initiate_device_flow(scopes=[_scope(account)])
        if "user_code" not in flow:
            raise _refused(account, flow)
        show(str(flow["verification_uri"]), str(flow["user_code"]))
        found = app.acquire_token_by_device_flow(flow)
    except _network_errors():
        raise TemporaryError("Microsoft's sign-in is out of reach") from None
    if "access_token" not in found:
        raise _refused(account, found)
    account.keep(cache.serialize())


def access_token(account: Account) -> str:
    """Return a token valid for some minutes."""
    app, cache = _app(account, account.kept())
    accounts = app.get_accounts()
    if not accounts:
        raise account.withdrawn("the kept tokens cannot be read")
    try:
        found = app.acquire_token_silent_with_error([_scope(account)], accounts[0]) or {}
    except _network_errors():
        raise TemporaryError("Microsoft's sign-in is out of reach") from None
    if cache.has_state_changed:
        account.keep(cache.serialize())
    if "access_token" not in found:
        raise _refused(account, found)
    return str(found["access_token"])


def _app(account: Account, kept: str) -> tuple[Any, Any]:
    try:
        import msal  # noqa: PLC0415 - an extra
    except ImportError:
        raise extra("msal") from None
    if not account.source.client:
        raise ConfigError(
            "sign_in: microsoft needs the client id of an app of yours",
            hint="put it under sign_in_client; docs/providers/microsoft-365.md says how to get one",
        )
    cache = msal.SerializableTokenCache()
    try:
        cache.deserialize(kept)
    except ValueError:
        raise account.withdrawn("the kept tokens cannot be read") from None
    tenant = account.source.tenant or "common"
    whole = tenant.startswith("https://")  # a national cloud of Microsoft's
    try:
        app = msal.PublicClientApplication(
            account.source.client,
            authority=tenant if whole else AUTHORITY + tenant,
            token_cache=cache,
            verify=account.trust,
            timeout=NETWORK_SECONDS,
            instance_discovery=False if whole else None,
        )
    except _network_errors():
        raise TemporaryError("Microsoft's sign-in is out of reach") from None
    except ValueError:
        raise ConfigError(f"Microsoft knows no tenant {tenant}", hint="see sign_in_tenant") from None
    return app, cache


def _refused(account: Account, found: Mapping[str, Any]) -> NeedsOwnerError | TemporaryError:
    """Return the error that fits: patience, the administrator, or signing in again."""
    text = str(found.get("error_description", ""))
    number = text.split(":", 1)[0] if text.startswith("AADSTS") else ""
    # the rest of the description may name addresses, so it stays out
    code = " ".join(part for part in (str(found.get("error", "")), number) if part)
    if found.get("error") in _PASSING:
        return TemporaryError("Microsoft's sign-in asks for patience", code)
    if number in _CONSENT:
        return NeedsOwnerError(
            "your organisation must allow this program first",
            code,
            "ask the administrator to approve it for IMAP.AccessAsUser.All",
        )
    return account.withdrawn(code)


def _scope(account: Account) -> str:
    return SMTP if account.host.startswith("smtp") else IMAP


def _network_errors() -> tuple[type[Exception], ...]:
    import requests  # noqa: PLC0415 - comes with msal
    from msal.exceptions import MsalServiceError  # noqa: PLC0415 - an answer of 429 or 5xx

    return requests.exceptions.RequestException, MsalServiceError
