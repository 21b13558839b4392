"""Fixtures every room may use: a private Dovecot, and a fresh account on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.fakes.access import Access, Served
from tests.fakes.courier import Courier
from tests.fakes.cyrus import Cyrus
from tests.fakes.dovecot import Account, Dovecot, Dovecot24
from tests.fakes.pymap import Pymap
from tests.store.letters import close_all

SERVERS: dict[str, Callable[[], Served]] = {
    "dovecot": Dovecot,
    "pymap": Pymap,
    "cyrus": Cyrus,
    "courier": Courier,
}
if Dovecot24.available():  # a second Dovecot wants a system of its own: it is run where somebody fetched it
    SERVERS["dovecot-2.4"] = Dovecot24


def pytest_report_header() -> str:
    """Say against which mail servers the contract is held."""
    return f"mail servers: {', '.join(SERVERS)}"


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """Serve any user with password ``pw`` on 127.0.0.1, for the whole test run."""
    if not Dovecot.available():
        pytest.skip("dovecot is not installed (Debian: dovecot-imapd)")
    server = Dovecot()
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture
def account(dovecot: Dovecot) -> Account:
    """Give a user of its own with an empty mailbox (INBOX, Sent, Drafts, Archive, Junk, Trash)."""
    return dovecot.account()


@pytest.fixture(autouse=True)
def _closed_stores() -> Iterator[None]:
    yield
    close_all()


@pytest.fixture(scope="session", params=list(SERVERS))
def server(request: pytest.FixtureRequest) -> Iterator[Served]:
    """Run a test against each real server that is to be had here."""
    kind = SERVERS[request.param]
    if not getattr(kind, "available", lambda: True)():
        pytest.skip(f"{request.param} is not installed (bench/servers.py fetches it)")
    with kind() as running:
        yield running


@pytest.fixture
def access(server: Served) -> Access:
    """Give a fresh account on each real server in turn."""
    return server.access()
