"""An IMAP server inside this process, on a free loopback port, for the demo and the tests.

pymap keeps the mail in memory; it speaks the same IMAP as any other server and never leaves 127.0.0.1.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from argparse import ArgumentParser
from collections.abc import Iterable
from contextlib import AsyncExitStack
from datetime import datetime, timezone
from types import TracebackType
from typing import Self

from daemon.demo.village import Letter

USER, PASSWORD = "maya@example.org", "invented"


class DemoServer:
    """Serve letters to one user while the context lasts; ``port`` is known once it is entered."""

    def __init__(
        self, letters: Iterable[Letter], folders: tuple[str, ...] = ("Sent", "Drafts", "Trash")
    ) -> None:
        self._letters = tuple(letters)
        self._folders = folders
        self._ready = threading.Event()
        self._failed: BaseException | None = None
        self._thread = threading.Thread(target=self._main, name="demo-imap", daemon=True)
        self.port = _free_port()

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait(30)
        if self._failed is not None:
            raise self._failed
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _main(self) -> None:
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            self._failed = error
            self._ready.set()
            raise

    async def _serve(self) -> None:
        from pymap.backend.dict import DictBackend  # noqa: PLC0415 - an extra, and slow to import
        from pymap.imap import IMAPService  # noqa: PLC0415

        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        parser = ArgumentParser()
        parser.set_defaults(debug=False, passlib_cfg=None, skip_services=[])
        IMAPService.add_arguments(parser)
        DictBackend.add_subparser("dict", parser.add_subparsers())
        words = ["--host", "127.0.0.1", "--port", str(self.port), "--no-tls", "dict"]
        args = parser.parse_args([*words, "--demo-user", USER, "--demo-password", PASSWORD])
        backend, config = await DictBackend.init(args)
        config.apply_context()
        await self._fill(backend)
        async with AsyncExitStack() as stack:
            await backend.start(stack)
            await IMAPService(backend, config).start(stack)
            self._ready.set()
            await self._stop.wait()

    async def _fill(self, backend: object) -> None:
        from pymap.backend.dict import DictBackend  # noqa: PLC0415
        from pymap.parsing.message import AppendMessage  # noqa: PLC0415
        from pymap.parsing.specials.flag import Flag  # noqa: PLC0415

        assert isinstance(backend, DictBackend)
        async with backend.login.demo_user_identity.new_session() as session:
            for name in self._folders:
                await session.mailbox_set.add_mailbox(name)
            seen = frozenset({Flag(b"\\Seen")})
            for letter in self._letters:
                folder = await session.mailbox_set.get_mailbox(letter.folder)
                when = datetime.fromtimestamp(letter.at, timezone.utc)
                await folder.append(AppendMessage(letter.raw, when, seen))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
