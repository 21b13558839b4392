"""What ``init`` writes: a configuration of a few lines, and the password where nobody else can read it.

Files are written whole or not at all and for the owner's eyes only. Must never put a secret into the
configuration, nor write over one that is there.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path

from daemon.config import secrets
from daemon.config.values import SecretSource
from store.errors import NeedsOwnerError, UsageError

_PLAIN = re.compile(r"[A-Za-z0-9./~_@+-][A-Za-z0-9./~_@+ -]*[A-Za-z0-9./~_@+-]|[A-Za-z0-9]")
_KEYS = {
    "command": "password_command",
    "file": "password_file",
    "credential": "password_credential",
    "keyring": "keyring",
    "token_command": "token_command",
    "sign_in": "sign_in",
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the owner chose; ``tls`` and ``port`` are left out of the file where they are the usual ones."""

    host: str
    port: int
    tls: str
    user: str
    source: SecretSource
    when: str
    ca_file: str = ""
    to: str = ""
    also_me: tuple[str, ...] = ()


def text(chosen: Chosen) -> str:
    """Return the configuration: six lines, and one more for whatever is not the usual."""
    usual = {"implicit": 993, "starttls": 143, "none": 143}[chosen.tls]
    source = chosen.source
    lines = [
        "mailbox:",
        f"  host: {_written(chosen.host)}",
        f"  user: {_written(chosen.user)}",
        *([f"  port: {chosen.port}"] if chosen.port != usual else []),
        *([f"  tls: {chosen.tls}"] if chosen.tls != "implicit" else []),
        *([f"  ca_file: {_written(chosen.ca_file)}"] if chosen.ca_file else []),
        f"  {_KEYS[source.way]}: {'yes' if source.way == 'keyring' else _written(source.value)}",
        *([f"  sign_in_client: {_written(source.client)}"] if source.client else []),
        *([f"  sign_in_tenant: {_written(source.tenant)}"] if source.tenant else []),
        *([f"  also_me: [{', '.join(map(_written, chosen.also_me))}]"] if chosen.also_me else []),
        "digest:",
        f"  when: {chosen.when}",
        *([f"  to: {_written(chosen.to)}"] if chosen.to else []),
    ]
    return "\n".join(lines) + "\n"


def put(path: Path, content: str, *, over: bool = False) -> None:
    """Write a file that only its owner can read. Raises UsageError where one is there already."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists() and not over:
        raise UsageError(f"{path} is there already", hint="look at it, or move it away; or say --force")
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")  # made with mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def keep_password(folder: Path, password: str, user: str, host: str, *, keyring: bool | None) -> SecretSource:
    """Keep a password in the system keyring if there is one, else in a file of the owner's.

    ``keyring`` True or False decides; None tries. Raises NeedsOwnerError where it was asked for in vain.
    """
    if keyring is not False:
        try:
            secrets.keep_in_keyring(user, host, password)
        except NeedsOwnerError:
            if keyring:
                raise
        else:
            return SecretSource("keyring")
    file = folder / "password"
    put(file, password + "\n", over=True)
    return SecretSource("file", str(file))


def _written(value: str) -> str:
    """Return a value as YAML reads it back: plain where that is safe, else in quotation marks."""
    plain = _PLAIN.fullmatch(value) and value[0] != "-" and value.lower() not in {"null", "~"}
    return value if plain else json.dumps(value, ensure_ascii=False)
