"""Courier-IMAP, the real one, behind a login of our own: its ``imapd`` is started once signed in.

Courier's own login needs a system daemon with fixed paths; what is tested is the server behind it.
"""

from __future__ import annotations

import os
import shutil
import socket
import socketserver
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Any, Self

from tests.fakes.access import Access, drop_to_mail, libraries, own, unpacked

CAPABILITIES = "IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=REFERENCES SORT QUOTA IDLE"
FOLDERS = ("Sent", "Drafts", "Trash")


class Courier:
    """Serve one account per user name on a loopback port."""

    def __init__(self, more: str = "") -> None:
        self.capabilities = CAPABILITIES + more
        root = unpacked("courier")
        assert root is not None
        self.root = root
        self.home = Path(tempfile.mkdtemp(prefix="dwco"))
        self.home.chmod(0o755)
        self._number = 0
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                outer.serve(self.connection, self.rfile)

        self._server = _Threads(("127.0.0.1", 0), Handler)

    @staticmethod
    def available() -> bool:
        """Tell whether Courier is here, installed or unpacked."""
        root = unpacked("courier")
        return root is not None and (root / "usr/bin/imapd").exists() and (root / "usr/lib/courier").exists()

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        shutil.rmtree(self.home, ignore_errors=True)

    def access(self) -> Access:
        """Return a fresh account with the usual folders."""
        self._number += 1
        user = f"user{self._number}"
        maildir = self.home / user / "Maildir"
        for folder in (maildir, *(maildir / f".{name}" for name in FOLDERS)):
            for part in ("cur", "new", "tmp"):
                (folder / part).mkdir(parents=True)
            if folder != maildir:
                (folder / "maildirfolder").touch()
        own(self.home / user)
        return Access(self._server.server_address[1], user)

    def serve(self, connection: socket.socket, lines: Any) -> None:
        """Greet and sign in, then hand the connection over to imapd."""
        connection.sendall(f"* OK [CAPABILITY {self.capabilities}] Courier-IMAP ready.\r\n".encode())
        while line := lines.readline():
            tag, _, rest = line.decode().strip().partition(" ")
            words = rest.split()
            if words[:1] == ["CAPABILITY"]:
                connection.sendall(f"* CAPABILITY {self.capabilities}\r\n{tag} OK done\r\n".encode())
            elif words[:1] == ["LOGIN"] and words[2].strip('"') == "pw":
                self._imapd(connection, tag, words[1].strip('"'))
                return
            elif words[:1] == ["LOGIN"]:
                connection.sendall(f"{tag} NO Login failed.\r\n".encode())
            else:
                connection.sendall(f"{tag} BAD not now\r\n".encode())

    def _imapd(self, connection: socket.socket, tag: str, user: str) -> None:
        environment = {
            "PATH": "/usr/bin:/bin", "HOME": str(self.home / user), "MAILDIR": "Maildir",
            "AUTHENTICATED": user, "IMAPLOGINTAG": tag, "PROTOCOL": "IMAP", "TCPREMOTEIP": "127.0.0.1",
            "TCPREMOTEPORT": "1", "IMAP_CAPABILITY": self.capabilities, "IMAP_KEYWORDS": "1",
            "IMAP_TRASHFOLDERNAME": "Trash", "IMAP_USELOCKS": "0", "IMAP_IDLE_TIMEOUT": "60",
            "LD_LIBRARY_PATH": libraries(self.root),
        }  # fmt: skip
        subprocess.run(
            [str(self.root / "usr/bin/imapd"), "Maildir"],
            check=False,
            env=environment,
            stdin=connection.fileno(),
            stdout=connection.fileno(),
            stderr=subprocess.DEVNULL,
            cwd=self.home / user,
            **drop_to_mail(),
        )


class _Threads(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = os.name == "posix"
