"""An account that signs in on the web, and the file that holds its tokens.

Must never log or show a token. The file is written whole or not at all, for the owner's eyes only.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from daemon.config.extras import how_to_add
from daemon.config.values import SecretSource
from store.errors import NeedsOwnerError, TemporaryError

Show = Callable[[str, str], None]
"""Shows the owner where to go and the code to type there, empty where none is needed."""

WAIT_SECONDS = 900
NETWORK_SECONDS = 20
SPARE_SECONDS = 120
"""A token that ends sooner is refreshed first."""
_TALKATIVE = ("msal", "urllib3", "requests_oauthlib", "oauthlib", "google.auth", "google_auth_oauthlib")


@dataclass(frozen=True, slots=True)
class Account:
    """Who signs in where. ``trust`` is a file of CAs or True for the usual ones."""

    source: SecretSource
    user: str
    host: str
    file: Path
    trust: str | bool

    @property
    def way(self) -> str:
        """The command that signs in anew."""
        return f"digwell init --sign-in {self.source.value}"

    def withdrawn(self, code: str) -> NeedsOwnerError:
        """Return the error of an account that must sign in again."""
        name = self.source.value.capitalize()
        return NeedsOwnerError(f"{name} wants {self.user} to sign in again", why=code, hint=self.way)

    def kept(self) -> str:
        """Return what was kept. Raises NeedsOwnerError where nothing was, or others can read it."""
        try:
            with self.file.open(encoding="utf-8") as opened:
                mode = os.fstat(opened.fileno()).st_mode
                text = opened.read()
        except OSError:
            raise NeedsOwnerError(f"{self.user} has not signed in yet", hint=self.way) from None
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            hint = f"chmod 600 {self.file}, and sign in anew"
            raise NeedsOwnerError(f"others can read the tokens in {self.file}", hint=hint)
        return text

    def keep(self, text: str) -> None:
        """Put tokens in place of the old ones. Raises TemporaryError where that is not possible."""
        temporary = ""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, temporary = tempfile.mkstemp(dir=self.file.parent)  # made with mode 0600
            with os.fdopen(handle, "w", encoding="utf-8") as opened:
                opened.write(text)
                opened.flush()
                os.fsync(opened.fileno())
            Path(temporary).replace(self.file)
        except OSError as error:
            if temporary:
                Path(temporary).unlink(missing_ok=True)
            why = (error.strerror or "").lower()
            raise TemporaryError(f"tokens cannot be kept in {self.file.parent}", why) from None


def account(source: SecretSource, user: str, host: str, environ: Mapping[str, str]) -> Account:
    """Return the account of a configured mailbox; its tokens lie beside the store."""
    from daemon.config.load import default_store  # noqa: PLC0415 - only here

    for name in _TALKATIVE:  # they write tokens into their logs
        logging.getLogger(name).setLevel(logging.WARNING)
    state = environ.get("STATE_DIRECTORY", "").split(":")[0]
    folder = Path(state) if state else default_store(None, environ).parent
    mark = hashlib.sha256(f"{source.value}\0{source.client}\0{user}".encode()).hexdigest()[:16]
    trust = environ.get("REQUESTS_CA_BUNDLE") or environ.get("SSL_CERT_FILE") or True
    return Account(source, user, host, folder / "sign-in" / f"{source.value}-{mark}.json", trust)


def extra(package: str) -> NeedsOwnerError:
    """Return the error for a library that is not installed."""
    return NeedsOwnerError("sign_in needs an extra package", hint=how_to_add(package))
