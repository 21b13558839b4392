"""A private, throw-away Dovecot: any user, password ``pw``, loopback only, no system service touched.

Works as root (mail belongs to an unprivileged account) and as an ordinary user, with the
configuration syntax of Dovecot 2.3 and of 2.4. As root it can also run the Dovecot of another system
that lies in a folder (``root``, see bench/servers.py).
"""

from __future__ import annotations

import grp
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import trustme

from tests.fakes.access import Access, unpacked

PASSWORD = "pw"
FOLDERS = ("Sent", "Drafts", "Archive", "Junk", "Trash")
HERE = Path("/")
OTHER = "dovecot-2.4"
MODULES = (Path("/usr/lib/dovecot/modules"), Path("/usr/lib64/dovecot/modules"))
_SERIAL = iter(range(1, 1_000_000))


@dataclass(frozen=True, slots=True)
class Account:
    """One user of a running server and where the mail lies on disk."""

    host: str
    port: int
    tls_port: int
    ca_file: Path
    user: str
    maildir: Path
    owner: tuple[int, int]
    password: str = PASSWORD

    def deliver(self, raw: bytes, folder: str = "INBOX", name: str = "", at: int = 0) -> Path:
        """Put a message on disk as a delivery agent would (``at``: received, Unix seconds)."""
        base = self.folder(folder)
        name = name or f"{time.time_ns()}.{next(_SERIAL)}.test"
        path = base / "tmp" / name
        path.write_bytes(raw)
        if at:
            os.utime(path, (at, at))
        _own(path, self.owner)
        return path.rename(base / "new" / name)

    def folder(self, name: str) -> Path:
        """Return the Maildir of a folder (Maildir++ layout), made if it is not there."""
        path = self.maildir if name == "INBOX" else self.maildir / ("." + name.replace("/", "."))
        for part in (self.maildir, path, path / "cur", path / "new", path / "tmp"):
            if not part.is_dir():
                part.mkdir(parents=True, mode=0o700)
                _own(part, self.owner)
        return path

    def adopt(self) -> None:
        """Give everything under the Maildir to the account's owner (after copying mail in)."""
        for path in (self.maildir, *self.maildir.rglob("*")):
            _own(path, self.owner)


class Dovecot:
    """The running server. Start it with :meth:`start`; ``extra`` is appended to its configuration.

    ``base`` is where its files lie, ``inside`` the same folder as the server sees it.
    """

    def __init__(
        self,
        extra: str = "",
        separator: str = "/",
        prefix: str = "",
        password: str = PASSWORD,
        root: Path = HERE,
        folders: tuple[str, ...] = FOLDERS,
    ) -> None:
        self.password, self.folders = password, folders
        self.root = root
        self.base = Path(tempfile.mkdtemp(prefix="dwd", dir=None if root == HERE else root / "tmp"))
        self.inside = HERE / self.base.relative_to(root)
        self.base.chmod(0o755)
        self.extra, self.separator, self.prefix = extra, separator, prefix
        self.port, self.tls_port = free_port(), free_port()
        self.ca = trustme.CA()
        self.ca_file = self.base / "ca.pem"
        self.owner = _mail_owner()
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def available() -> bool:
        """Tell whether Dovecot is installed here."""
        return _installed() is not None

    def start(self) -> Dovecot:
        """Write the configuration, start, and wait until the port greets."""
        for part in ("run", "state", "home"):
            (self.base / part).mkdir(exist_ok=True)
        _own(self.base / "home", self.owner)
        self._certificate()
        text = self._config_24() if version(self.root).startswith("2.4") else self._config_23()
        (self.base / "dovecot.conf").write_text(text)
        with (self.base / "stdout").open("wb") as out:
            self._process = subprocess.Popen(
                [*_program(self.root), "-F", "-c", str(self.inside / "dovecot.conf")],
                stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self._wait()
        return self

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self.halt()
        shutil.rmtree(self.base, ignore_errors=True)

    def halt(self) -> None:
        """Stop the server and keep its mail; :meth:`start` brings it back."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=20)
            self._process = None

    def access(self) -> Access:
        """Return a fresh account as a test of any server sees it."""
        account = self.account()
        return Access(account.port, account.user, account.password)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def account(self, user: str = "") -> Account:
        """Return a user of that name (a fresh one by default) with an empty mailbox."""
        user = user or f"u{next(_SERIAL)}x{os.getpid()}@example.org"
        home = self.base / "home" / user
        if not home.is_dir():
            home.mkdir()
            _own(home, self.owner)
        places = (self.port, self.tls_port, self.ca_file, user, home / "Maildir", self.owner)
        return Account("127.0.0.1", *places, password=self.password)

    @property
    def log(self) -> str:
        """Return what the server has logged so far."""
        path = self.base / "log"
        return path.read_text(errors="replace") if path.exists() else ""

    def _certificate(self) -> None:
        if self.ca_file.exists():
            return
        self.ca.cert_pem.write_to_path(str(self.ca_file))
        leaf = self.ca.issue_cert("localhost", "127.0.0.1")
        leaf.private_key_pem.write_to_path(str(self.base / "tls.key"))
        chain = b"".join(blob.bytes() for blob in leaf.cert_chain_pems)
        (self.base / "tls.crt").write_bytes(chain)

    def _wait(self) -> None:
        end = time.monotonic() + 20
        while time.monotonic() < end:
            assert self._process is not None
            if self._process.poll() is not None:
                break
            try:
                with socket.create_connection(("127.0.0.1", self.port), 1) as sock:
                    if sock.recv(10).startswith(b"* OK"):
                        return
            except OSError:
                time.sleep(0.03)
        out = (self.base / "stdout").read_text(errors="replace")
        self.halt()
        raise AssertionError(f"dovecot did not come up: {out}\n{self.log}")

    def _users(self) -> dict[str, str]:
        uid, gid = self.owner
        mail_user, mail_group = pwd.getpwuid(uid).pw_name, grp.getgrgid(gid).gr_name
        if os.geteuid() == 0:
            return {"internal": "dovecot", "login": "dovenull", "group": "dovecot"}
        return {"internal": mail_user, "login": mail_user, "group": mail_group}

    def _shared(self) -> str:
        who = self._users()
        made = "".join(
            f"  mailbox {name} {{\n    special_use = \\{name}\n    auto = create\n  }}\n"
            for name in self.folders
        )
        return f"""
protocols = imap
listen = 127.0.0.1
base_dir = {self.inside}/run
state_dir = {self.inside}/state
log_path = {self.inside}/log
default_internal_user = {who["internal"]}
default_login_user = {who["login"]}
default_internal_group = {who["group"]}
first_valid_uid = 1
first_valid_gid = 1
mail_home = {self.inside}/home/%USER
mail_uid = {self.owner[0]}
mail_gid = {self.owner[1]}
mail_fsync = never
mailbox_list_index = yes
auth_mechanisms = plain login
auth_failure_delay = 0
auth_verbose = yes
ssl = yes
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {self.port}
  }}
  inet_listener imaps {{
    port = {self.tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
protocol imap {{
  mail_max_userip_connections = 50
  imap_idle_notify_interval = 2 mins
}}
namespace inbox {{
  inbox = yes
  separator = {self.separator}
  prefix = {self.prefix}
{made}}}
"""

    def _config_23(self) -> str:
        uid, gid = self.owner
        zlib = any(any(folder.glob("*imap_zlib*")) for folder in MODULES)
        plugins = """
mail_plugins = $mail_plugins zlib
protocol imap {
  mail_plugins = $mail_plugins imap_zlib
}
"""
        return (
            self._shared().replace("%USER", "%u")
            + f"""
disable_plaintext_auth = no
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
mail_location = maildir:~/Maildir
ssl_cert = <{self.inside}/tls.crt
ssl_key = <{self.inside}/tls.key
passdb {{
  driver = static
  args = password={self.password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={self.inside}/home/%u
}}
"""
            + (plugins if zlib else "")
            + self.extra
        )

    def _config_24(self) -> str:
        return (
            "dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n"
            + self._shared()
            .replace("%USER", "%{user}")
            .replace("service_count = 0", "restart_request_count = unlimited")
            + f"""
auth_allow_cleartext = yes
mail_driver = maildir
mail_path = ~/Maildir
ssl_server_cert_file = {self.inside}/tls.crt
ssl_server_key_file = {self.inside}/tls.key
passdb static {{
  password = {self.password}
}}
userdb static {{
  fields {{
    uid = {self.owner[0]}
    gid = {self.owner[1]}
    home = {self.inside}/home/%{{user}}
  }}
}}
"""
            + self.extra
        )


class Dovecot24(Dovecot):
    """The Dovecot 2.4 of another system in a folder (see bench/servers.py); only root can run it."""

    def __init__(self, extra: str = "") -> None:
        super().__init__(extra, root=unpacked(OTHER) or HERE)

    @staticmethod
    def available() -> bool:
        """Tell whether it is to be had here."""
        return os.geteuid() == 0 and unpacked(OTHER) not in {None, HERE}


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port: int = sock.getsockname()[1]
        return port


def version(root: Path = HERE) -> str:
    """Return what the installed server says of its version."""
    return subprocess.run([*_program(root), "--version"], capture_output=True, text=True, check=True).stdout


def _program(root: Path = HERE) -> list[str]:
    """Return the command that runs the server, which must be there."""
    if root != HERE:
        return ["chroot", str(root), "/usr/sbin/dovecot"]
    found = _installed()
    assert found is not None, "dovecot is not installed"
    return [found]


def _installed() -> str | None:
    return shutil.which("dovecot", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")


def _mail_owner() -> tuple[int, int]:
    if os.geteuid() != 0:
        return os.getuid(), os.getgid()
    entry = pwd.getpwnam("mail")
    return entry.pw_uid, entry.pw_gid


def _own(path: Path, owner: tuple[int, int]) -> None:
    if os.geteuid() == 0:
        os.chown(path, *owner)
