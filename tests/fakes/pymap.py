"""pymap, the server the demo uses, as one more real server to test against."""

from __future__ import annotations

from typing import Self

from daemon.demo.server import PASSWORD, USER, DemoServer
from tests.fakes.access import Access


class Pymap:
    """Serve one account, anew each time, with the mail in memory."""

    def __init__(self) -> None:
        self._running: list[DemoServer] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for server in self._running:
            server.__exit__(None, None, None)

    def access(self) -> Access:
        """Start a server with an empty account and return that."""
        server = DemoServer((), ("Sent", "Drafts", "Trash", "Archive", "Junk"))
        server.__enter__()
        self._running.append(server)
        return Access(server.port, USER, PASSWORD)
