"""Sign in on the web once, and get access tokens from then on: Google and Microsoft.

The libraries of the extra ``oauth`` are imported only when somebody signs in that way.
"""

from __future__ import annotations

from collections.abc import Mapping

from daemon.config.oauth.account import Show, account
from daemon.config.values import SecretSource


def sign_in(source: SecretSource, user: str, host: str, environ: Mapping[str, str], show: Show) -> None:
    """Let the owner sign in and keep what comes of it; ``show`` gets the page and the code to type.

    Raises NeedsOwnerError, TemporaryError, or ConfigError where the client is missing.
    """
    if source.value == "google":
        from daemon.config.oauth import google as provider  # noqa: PLC0415
    else:
        from daemon.config.oauth import microsoft as provider  # type: ignore[no-redef] # noqa: PLC0415
    provider.sign_in(account(source, user, host, environ), show)


def access_token(source: SecretSource, user: str, host: str, environ: Mapping[str, str]) -> str:
    """Return a token that is still valid for a while, refreshed and kept where needed.

    Raises NeedsOwnerError where the owner must sign in (again), TemporaryError where the server is
    out of reach or asks for patience.
    """
    if source.value == "google":
        from daemon.config.oauth import google as provider  # noqa: PLC0415
    else:
        from daemon.config.oauth import microsoft as provider  # type: ignore[no-redef] # noqa: PLC0415
    return provider.access_token(account(source, user, host, environ))
