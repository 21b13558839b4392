"""A machine that sleeps: the daemon notices, trusts no line from before, and looks at once."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path

import pytest

from tests.fakes.faulty import Faulty
from tests.journeys.household import Home, recorded, until

LIBRARY = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)


@pytest.mark.timeout(120)
@pytest.mark.skipif(LIBRARY is None, reason="needs libfaketime (Debian: faketime)")
def test_a_daemon_that_slept_looks_at_its_mailbox_at_once(home: Home) -> None:
    offset = home.path / "offset"
    offset.write_text("+0\n")
    home.environ |= {
        "LD_PRELOAD": str(LIBRARY),
        "FAKETIME_TIMESTAMP_FILE": str(offset),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",  # it stands still while a machine sleeps
    }
    store = home.path / "digwell.db"
    with Faulty(home.account.port) as proxy:
        home.port = proxy.port
        home.configure()
        with home.running():
            until(partial(_idles, proxy), 60)
            before = recorded(store)
            proxy.forget()
            home.put("INBOX", "ana@example.net", home.account.user, "while you slept", time.time())
            offset.write_text("+3600\n")
            woke = time.monotonic()
            until(lambda: recorded(store) > before, 60)
            assert time.monotonic() - woke < 25  # one slice of sleep and a new line
        assert "the clock has jumped" in home.log
        assert "asleep" in home.log
        assert proxy.most <= 3  # the hole was never hung up on its far side


def _idles(proxy: Faulty) -> bool:
    return b"IDLE" in proxy.commands
