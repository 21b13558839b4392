"""The fixture of every journey: a household with a mailbox full of letters."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fakes.dovecot import Account
from tests.journeys.household import Home


@pytest.fixture
def home(account: Account, tmp_path: Path) -> Home:
    """A household with a mailbox of letters, configured."""
    found = Home(account, tmp_path)
    found.correspond()
    found.configure()
    return found
