"""How a test reaches an account on any server, and how it signs in through digwell's own door."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, Self

from daemon.config.values import MailboxConfig, SecretSource
from daemon.mail.imap import Session, connect
from daemon.mail.values import Credential, Deadlines


@dataclass(frozen=True, slots=True)
class Access:
    """An account in the clear on a loopback port."""

    port: int
    user: str
    password: str = "pw"
    host: str = "127.0.0.1"

    def box(self, watch: tuple[str, ...] = ("all",), name: str = "mail") -> MailboxConfig:
        """Return the mailbox as it would be configured."""
        return MailboxConfig(name, self.host, self.user, self.port, "none", SecretSource("file"), watch=watch)

    def connect(self, deadlines: Deadlines | None = None) -> Session:
        """Sign in through the mailbox door."""
        return connect(self.box(), Credential(self.password), deadlines)


class Served(Protocol):
    """A server that a test runs against."""

    def access(self) -> Access:
        """Return a fresh account."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def unpacked(name: str) -> Path | None:
    """Return the root of a server's unpacked packages (see bench/servers.py), or / if it is installed."""
    told = os.environ.get("DIGWELL_SERVERS")
    root = Path(told) / name if told else Path("/")
    return root if root.is_dir() else None


def libraries(root: Path) -> str:
    """Return where the libraries of unpacked packages lie, for LD_LIBRARY_PATH."""
    if root == Path("/"):
        return ""
    found = {str(path.parent) for path in root.rglob("*.so*")}
    return ":".join(sorted(found))


def drop_to_mail() -> dict[str, Any]:
    """Return what makes a child process run as an unprivileged user, when tests run as root."""
    if os.geteuid() != 0:
        return {}
    entry = pwd.getpwnam("mail")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def own(path: Path) -> None:
    """Give a folder tree to that unprivileged user."""
    if os.geteuid() == 0:
        entry = pwd.getpwnam("mail")
        for one in (path, *path.rglob("*")):
            os.chown(one, entry.pw_uid, entry.pw_gid)
