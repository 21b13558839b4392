"""Passwords come from where the owner keeps them, and no error ever shows one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest

from daemon.config.secrets import fingerprint, is_token, keep_in_keyring, secret
from daemon.config.values import SecretSource
from store.errors import NeedsOwnerError

CANARY = "canary-4711"
ENVIRON = {"PATH": os.environ["PATH"]}


def get(way: str, value: str = "", environ: dict[str, str] | None = None) -> str:
    return secret(SecretSource(way, value), "maya@example.org", "imap.example.org", environ or ENVIRON)


def private_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    file = folder / "password"
    file.write_bytes(content)
    file.chmod(mode)
    return file


def test_the_first_line_of_a_command_is_the_password() -> None:
    assert get("command", r"printf 'pass word \nuser: maya\n'") == "pass word "


def test_a_command_sees_the_environment_it_is_given() -> None:
    assert get("command", "printenv VAULT", {**ENVIRON, "VAULT": CANARY}) == CANARY


@pytest.mark.parametrize(
    "command",
    [
        f"sh -c 'echo {CANARY}; exit 3'",
        f"no-such-program {CANARY}",
        f"echo {CANARY} | cat",
        f"echo '{CANARY}",
        f"sh -c 'echo {CANARY} >&2'",
        f"sh -c 'echo; echo {CANARY}'",
        f"/dev/null {CANARY}",
        f"sh -c 'kill -9 $$' {CANARY}",
    ],
)
def test_a_failing_command_is_told_without_its_words(command: str) -> None:
    with pytest.raises(NeedsOwnerError) as caught:
        get("command", command)
    told = f"{caught.value} {caught.value.hint} {caught.value.why}"
    assert CANARY not in told
    assert "maya@example.org" in told
    assert caught.value.__cause__ is None


def test_a_command_that_never_stops_printing_is_stopped() -> None:
    with pytest.raises(NeedsOwnerError, match="far too much"):
        get("command", "yes")


def test_a_child_that_keeps_the_pipe_open_does_not_hold_digwell() -> None:
    assert get("command", "sh -c 'echo secret; sleep 20 &'") == "secret"


def test_a_password_file_that_only_the_owner_reads_is_read(tmp_path: Path) -> None:
    assert get("file", str(private_file(tmp_path, b" spaced \r\nrest"))) == " spaced "


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_password_file_that_others_can_read_is_refused_by_name(tmp_path: Path, mode: int) -> None:
    file = private_file(tmp_path, CANARY.encode(), mode)
    with pytest.raises(NeedsOwnerError) as caught:
        get("file", str(file))
    assert str(file) in str(caught.value)
    assert caught.value.hint == f"chmod 600 {file}"
    assert CANARY not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\n" + CANARY.encode(), b"\xff\xfe", b"a\0b"])
def test_a_file_without_a_line_of_text_is_no_password(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(NeedsOwnerError):
        get("file", str(private_file(tmp_path, content)))


def test_a_missing_password_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(NeedsOwnerError, match="no such file"):
        get("file", str(tmp_path / "absent"))


def test_a_systemd_credential_is_read_from_its_folder(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("from-systemd\n")
    environ = {"CREDENTIALS_DIRECTORY": str(tmp_path)}
    assert get("credential", "mail", environ) == "from-systemd"
    with pytest.raises(NeedsOwnerError, match="not the name"):
        get("credential", "../mail", environ)


def test_without_the_service_there_is_no_credential() -> None:
    with pytest.raises(NeedsOwnerError, match="for the service only"):
        get("credential", "mail")


def test_a_token_command_gives_a_token() -> None:
    assert get("token_command", "echo ya29") == "ya29"
    assert is_token(SecretSource("token_command"))
    assert is_token(SecretSource("sign_in", "google"))
    assert not is_token(SecretSource("command"))


def test_a_changed_secret_has_another_fingerprint(tmp_path: Path) -> None:
    file = private_file(tmp_path, b"one")
    source = SecretSource("file", str(file))

    def mark(key: bytes = b"k") -> str:
        return fingerprint(source, "maya@example.org", "imap.example.org", ENVIRON, key)

    before = mark()
    assert before == mark()
    assert before != mark(b"other process")
    file.write_bytes(b"two")
    assert mark() not in {before, ""}
    file.unlink()
    assert mark() == ""


class Ring(keyring.backend.KeyringBackend):
    """A keyring in memory, which can be locked."""

    priority = 1.0

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise keyring.errors.KeyringLocked
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise keyring.errors.KeyringLocked
        self.kept[service, username] = password


@pytest.fixture
def ring() -> Iterator[Ring]:
    before, found = keyring.get_keyring(), Ring()
    keyring.set_keyring(found)
    yield found
    keyring.set_keyring(before)


def test_a_password_kept_in_the_keyring_is_found_there(ring: Ring) -> None:
    with pytest.raises(NeedsOwnerError) as caught:
        get("keyring")
    assert caught.value.hint == "keyring set digwell:imap.example.org maya@example.org"
    keep_in_keyring("maya@example.org", "imap.example.org", CANARY)
    assert get("keyring") == CANARY


def test_a_locked_keyring_is_the_owners_business(ring: Ring) -> None:
    ring.locked = True
    with pytest.raises(NeedsOwnerError, match="locked"):
        get("keyring")
    with pytest.raises(NeedsOwnerError, match="did not take") as caught:
        keep_in_keyring("maya@example.org", "imap.example.org", CANARY)
    assert CANARY not in str(caught.value)


def test_a_command_that_does_not_end_is_ended() -> None:
    source = SecretSource("command", "sleep 30")
    with pytest.raises(NeedsOwnerError, match="did not end within"):
        secret(source, "maya@example.org", "imap.example.org", ENVIRON, seconds=0.2)
