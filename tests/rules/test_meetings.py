"""What mails about one event amount to."""

from __future__ import annotations

import pytest

from rules.meetings import agreed
from store.facts import Meeting


@pytest.mark.parametrize(
    ("told", "stands"),
    [
        (["requested"], False),
        (["offered"], False),
        (["accepted"], True),
        (["requested", "accepted"], True),
        (["requested", "accepted", "cancelled"], False),
        (["cancelled", "accepted"], True),
        (["requested", "tentative"], False),
        (["confirmed"], True),
        (["offered", "confirmed"], True),
        (["confirmed", "offered"], False),
        (["offered", "confirmed", "cancelled"], False),
    ],
)
def test_the_latest_word_decides(told: list[str], *, stands: bool) -> None:
    words = [Meeting("e1", 5, status, ("bo@example.net",)) for status in told]
    assert bool(agreed([*words, Meeting("e2", 5, "requested", ())])) is stands
