"""Tell systemd how the daemon is: READY, STATUS, WATCHDOG, STOPPING (sd_notify, without its library).

Says nothing where no manager listens. This room must never feed the watchdog by itself: only the
loop that makes progress may call ``alive``.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping


class Notifier:
    """The line to the service manager; every method is harmless without one."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        address = environ.get("NOTIFY_SOCKET", "")
        self._address = "\0" + address[1:] if address.startswith("@") else address
        mine = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        micros = environ.get("WATCHDOG_USEC", "")
        self.watchdog = int(micros) / 1e6 if mine and micros.isdigit() else 0.0
        self._status = ""

    def ready(self, status: str) -> None:
        """Say that start-up is over."""
        self._status = status
        self._send("READY=1", f"STATUS={_line(status)}")

    def status(self, text: str) -> None:
        """Show one line in ``systemctl status``, if it changed."""
        if text != self._status:
            self._status = text
            self._send(f"STATUS={_line(text)}")

    def alive(self) -> None:
        """Feed the watchdog: the loop has just got somewhere."""
        if self.watchdog:
            self._send("WATCHDOG=1")

    def reloading(self, monotonic: float) -> None:
        """Say that the configuration is being read again (``ready`` ends it)."""
        self._send("RELOADING=1", f"MONOTONIC_USEC={int(monotonic * 1e6)}")

    def stopping(self) -> None:
        """Say that the daemon is going."""
        self._send("STOPPING=1", "STATUS=stopping")

    def _send(self, *lines: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as line:
                line.settimeout(1.0)
                line.sendto("\n".join(lines).encode(), self._address)
        except OSError:
            return  # a manager that does not listen is no reason to stop


def _line(text: str) -> str:
    """Keep it one line: a newline would be read as another field."""
    return " ".join(text.split())
