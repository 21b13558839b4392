"""Get the password or token of an account from where the configuration says it lies.

Must never keep, log or show a secret, nor the command that prints it (people put secrets there, too).
Whatever goes wrong is a sentence for the owner that names the key and the account only.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import select
import shlex
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from daemon import clock
from daemon.config.values import SecretSource
from store.errors import NeedsOwnerError

COMMAND_SECONDS = 60
MOST_BYTES = 65_536
KEYRING_SERVICE = "digwell:{host}"
_SHELL_SIGNS = {"|", "||", "&&", ";", ">", ">>", "<", "&"}


def secret(
    source: SecretSource, user: str, host: str, environ: Mapping[str, str], seconds: float = COMMAND_SECONDS
) -> str:
    """Return the password (or, see ``is_token``, the access token) of an account.

    A command is run without a shell and may take so many seconds; of what it prints, the first line counts.
    Raises NeedsOwnerError where there is none, TemporaryError where a sign-in server is out of reach.
    """
    whose = f"for {user}"
    match source.way:
        case "command" | "token_command":
            key = "password_command" if source.way == "command" else "token_command"
            return _line(_printed(source.value, f"the {key} {whose}", environ, seconds), f"the {key} {whose}")
        case "file":
            return _line(_from_file(Path(source.value), private=True), f"the password file {source.value}")
        case "credential":
            return _line(_from_credential(source.value, environ), f"the systemd credential {source.value}")
        case "keyring":
            return _from_keyring(user, host)
        case "sign_in":
            from daemon.config.sign_in import access_token  # noqa: PLC0415 - an extra

            return access_token(source, user, host, environ)
    raise NeedsOwnerError(f"the way {source.way} to the secret {whose} is not known here")


def is_token(source: SecretSource) -> bool:
    """Tell whether ``secret`` returns an OAuth access token instead of a password."""
    return source.way in {"token_command", "sign_in"}


def fingerprint(source: SecretSource, user: str, host: str, environ: Mapping[str, str], key: bytes) -> str:
    """Return a keyed hash that changes when the secret does, empty where there is none just now.

    With a ``key`` that the process drew for itself the hash says nothing to anybody else.
    """
    try:
        found = secret(source, user, host, environ)
    except NeedsOwnerError:
        return ""
    return hmac.new(key, found.encode(), hashlib.sha256).hexdigest()


def keep_in_keyring(user: str, host: str, password: str) -> None:
    """Put a password into the system keyring. Raises NeedsOwnerError."""
    ring = _keyring()
    try:
        ring.set_password(KEYRING_SERVICE.format(host=host), user, password)
    except ring.errors.KeyringError as error:
        raise NeedsOwnerError("the system keyring did not take the password") from error


def _printed(command: str, what: str, environ: Mapping[str, str], seconds: float) -> bytes:
    try:
        words = shlex.split(command)
    except ValueError:
        raise NeedsOwnerError(f"{what} has a quotation mark that is never closed") from None
    if not words or _SHELL_SIGNS & set(words):
        raise NeedsOwnerError(
            f"{what} is no single command; it is run without a shell", hint="put it as: sh -c '...'"
        )
    try:
        process = subprocess.Popen(  # noqa: S603 - the owner's own command, from a file only he can write
            words,
            env=dict(environ),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        why = "there is no such program" if isinstance(error, FileNotFoundError) else "it cannot be run"
        raise NeedsOwnerError(f"{what} failed: {why}", hint="run it by hand and see") from None
    return _wait_for(process, what, seconds)


def _wait_for(process: subprocess.Popen[bytes], what: str, seconds: float) -> bytes:
    """Read until the command ends, not longer than its time, whatever its children hold open."""
    assert process.stdout is not None
    end, printed, descriptor = clock.monotonic() + seconds, b"", process.stdout.fileno()
    try:
        while process.poll() is None or select.select([descriptor], [], [], 0)[0]:
            if not select.select([descriptor], [], [], 0.05)[0]:
                if clock.monotonic() > end:
                    late = f"{what} did not end within {seconds:g} seconds"
                    raise NeedsOwnerError(late, hint="run it by hand and see")
                continue
            chunk = os.read(descriptor, MOST_BYTES)
            if not chunk:
                process.wait(max(1.0, end - clock.monotonic()))
                break
            printed += chunk
            if len(printed) > MOST_BYTES:
                raise NeedsOwnerError(f"{what} prints far too much", hint="its first line is the secret")
    except subprocess.TimeoutExpired:
        raise NeedsOwnerError(f"{what} did not end", hint="run it by hand and see") from None
    finally:
        process.stdout.close()
        if process.poll() is None:
            process.kill()
            process.wait()
    if process.returncode:
        code = process.returncode
        raise NeedsOwnerError(f"{what} ended with exit code {code}", hint="run it by hand and see")
    return printed


def _from_file(path: Path, *, private: bool) -> bytes:
    try:
        with path.open("rb") as file:
            state = os.fstat(file.fileno())
            content = file.read(MOST_BYTES)
    except OSError as error:
        why = (error.strerror or "unknown").lower()
        raise NeedsOwnerError(f"the password file {path} cannot be read: {why}") from None
    if private and state.st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise NeedsOwnerError(f"others can read the password file {path}", hint=f"chmod 600 {path}")
    return content


def _from_credential(name: str, environ: Mapping[str, str]) -> bytes:
    folder = environ.get("CREDENTIALS_DIRECTORY", "")
    if not folder:
        raise NeedsOwnerError(
            f"the systemd credential {name} is there for the service only",
            hint="as a command: systemd-run with LoadCredential, or use password_command by hand",
        )
    if "/" in name or name.startswith("."):
        raise NeedsOwnerError(f"{name!r} is not the name of a systemd credential")
    # systemd keeps that folder for the service alone
    return _from_file(Path(folder) / name, private=False)


def _from_keyring(user: str, host: str) -> str:
    ring = _keyring()
    try:
        found = ring.get_password(KEYRING_SERVICE.format(host=host), user)
    except ring.errors.KeyringError as error:
        raise NeedsOwnerError(
            "the system keyring is locked or not there", hint="unlock it and try again"
        ) from error
    if not found:
        service = KEYRING_SERVICE.format(host=host)
        raise NeedsOwnerError(
            f"the system keyring holds no password for {user}", hint=f"keyring set {service} {user}"
        )
    return str(found)


def _keyring() -> Any:  # noqa: ANN401 - an extra without types
    try:
        import keyring  # noqa: PLC0415
        import keyring.errors  # noqa: PLC0415
    except ImportError:
        from daemon.config.extras import how_to_add  # noqa: PLC0415 - only here

        raise NeedsOwnerError("keyring: yes needs an extra package", hint=how_to_add("keyring")) from None
    return keyring


def _line(content: bytes, what: str) -> str:
    """Return the first line as text; only its line end goes, spaces may belong to a password."""
    first = content.split(b"\n", 1)[0].rstrip(b"\r")
    try:
        found = first.decode("utf-8")
    except UnicodeDecodeError:
        raise NeedsOwnerError(f"{what} gives no text") from None
    if not found.strip():
        raise NeedsOwnerError(f"{what} gives an empty first line")
    if "\0" in found:
        raise NeedsOwnerError(f"{what} gives no text")
    return found
