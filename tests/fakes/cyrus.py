"""Cyrus IMAP, the real one, with everything under a folder of its own; any password is taken."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self

from tests.fakes.access import Access, drop_to_mail, libraries, own, unpacked
from tests.fakes.dovecot import free_port

IMAPD = """
configdirectory: {base}/conf
defaultpartition: default
partition-default: {base}/spool
admins: nobody-at-all
sasl_pwcheck_method: alwaystrue
sasl_mech_list: PLAIN
allowplaintext: yes
autocreate_quota: 0
autocreate_inbox_folders: Sent | Drafts | Archive | Junk | Trash
xlist-sent: Sent
xlist-drafts: Drafts
xlist-trash: Trash
unixhierarchysep: yes
altnamespace: yes
servername: localhost
lmtpsocket: {base}/socket/lmtp
idlesocket: {base}/socket/idle
notifysocket: {base}/socket/notify
sievedir: {base}/sieve
imapidlepoll: 1
"""
MASTER = """
START {{ }}
SERVICES {{
  imap cmd="{imapd} -C {base}/imapd.conf" listen="127.0.0.1:{port}" prefork=0
}}
EVENTS {{ }}
"""


class Cyrus:
    """Serve any user on a loopback port."""

    def __init__(self) -> None:
        root = unpacked("cyrus")
        assert root is not None
        self.root, self.port = root, free_port()
        self.base = Path(tempfile.mkdtemp(prefix="dwcy"))
        self.base.chmod(0o755)
        self._number = 0
        self._process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def available() -> bool:
        """Tell whether Cyrus is here, installed or unpacked."""
        root = unpacked("cyrus")
        return root is not None and (root / "usr/lib/cyrus/bin/master").exists()

    def __enter__(self) -> Self:
        for part in ("conf/db", "conf/proc", "conf/socket", "conf/log", "conf/lock", "spool", "socket"):
            (self.base / part).mkdir(parents=True)
        bin_ = self.root / "usr/lib/cyrus/bin"
        (self.base / "imapd.conf").write_text(IMAPD.format(base=self.base))
        (self.base / "cyrus.conf").write_text(
            MASTER.format(base=self.base, imapd=bin_ / "imapd", port=self.port)
        )
        own(self.base)
        user = "mail" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        files = ["-C", f"{self.base}/imapd.conf", "-M", f"{self.base}/cyrus.conf", "-p", f"{self.base}/pid"]
        self._process = subprocess.Popen(
            [str(bin_ / "master"), *files, "-D"],
            env={"PATH": "/usr/bin:/bin", "CYRUS_USER": user, "LD_LIBRARY_PATH": libraries(self.root)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # it ends by a signal to its whole process group
            **drop_to_mail(),
        )
        self._wait()
        return self

    def _wait(self) -> None:
        """Wait until it greets: its master lets a service rest for a while when processes end soon."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            try:
                with socket.create_connection(("127.0.0.1", self.port), 2) as sock:
                    if sock.recv(10):
                        return
            except OSError:
                time.sleep(0.05)
        code = self._process.poll() if self._process else None
        self.__exit__()
        raise AssertionError(f"cyrus does not greet: {code}")

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(timeout=20)
        shutil.rmtree(self.base, ignore_errors=True)

    def access(self) -> Access:
        """Return a fresh account; its folders are made at its first login."""
        self._number += 1
        self._wait()
        return Access(self.port, f"user{self._number}")
