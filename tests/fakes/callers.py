"""Who calls at a listening socket, one after the other."""

from __future__ import annotations

import socket
from collections.abc import Iterator


def callers(listener: socket.socket) -> Iterator[socket.socket]:
    """Yield each connection that is made, until the listener is closed."""
    while True:
        try:
            caller, _ = listener.accept()
        except OSError:
            return
        yield caller
