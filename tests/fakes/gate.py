"""A door in front of an IMAP server that can be shut at the worst moment. Loopback only."""

from __future__ import annotations

import contextlib
import select
import socket
import threading
from types import TracebackType

OPEN = "open"
BEFORE_APPEND = "before append"  # APPEND never reaches the server
AFTER_APPEND = "after append"  # APPEND reaches it, its answer never comes back
SHUT = "shut"  # nobody gets in


class Gate:
    """The door. ``state`` may be changed at any time; ``reached`` counts APPENDs that came to it."""

    def __init__(self, port: int) -> None:
        self.server = port
        self.state = OPEN
        self.reached = 0
        self.lines = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._closing = False

    def __enter__(self) -> Gate:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing = True
        self._listener.close()

    def _listen(self) -> None:
        while not self._closing:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.lines += 1
            if self.state == SHUT:
                client.close()
                continue
            threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        with (
            contextlib.suppress(OSError),
            client,
            socket.create_connection(("127.0.0.1", self.server)) as server,
        ):
            deaf = False
            while True:
                for end in select.select([client, server], [], [], 60)[0]:
                    data = end.recv(65_536)
                    if not data:
                        return
                    if end is client and b" APPEND " in data:
                        self.reached += 1
                        deaf = self.state == AFTER_APPEND
                        if self.state == BEFORE_APPEND:
                            select.select([client], [], [], 60)
                            return
                    if end is server and deaf and b" OK " in data:
                        continue
                    (server if end is client else client).sendall(data)
