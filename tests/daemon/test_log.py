"""Log lines: what they show and what they never show."""

from __future__ import annotations

import io
import logging
from base64 import b64encode
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon import log


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    log.set_up(stream=stream)
    yield stream
    log.logger().handlers.clear()


def test_an_event_is_one_line_of_counts(lines: io.StringIO) -> None:
    log.event("scan done", folder=3, new=12, seconds=0.25, state="in part")
    assert lines.getvalue() == 'scan done folder=3 new=12 seconds=0.2 state="in part"\n'


def test_a_secret_is_hidden_in_every_spelling(lines: io.StringIO) -> None:
    secret = "c4n@ry / pässword"
    log.conceal(secret)
    log.set_up(verbose=True, stream=lines)
    for text in (secret, quote(secret, safe=""), b64encode(secret.encode()).decode(), repr([secret])):
        log.event(f"line {text}", logging.DEBUG)
    assert "c4n" not in lines.getvalue()
    assert b64encode(secret.encode()).decode() not in lines.getvalue()
    assert lines.getvalue().count("[secret]") == 4


def test_a_traceback_hides_the_secret_too(lines: io.StringIO) -> None:
    log.conceal("hunter-two")
    try:
        int("LOGIN maya hunter-two")
    except ValueError:
        log.logger().exception("broken")
    assert "hunter-two" not in lines.getvalue()
    assert "ValueError" in lines.getvalue()


def test_no_address_is_told_at_info(lines: io.StringIO) -> None:
    log.event("answer", words="550 <ana.ribeiro@example.net> unknown")
    assert "ana" not in lines.getvalue()
    assert "[address]" in lines.getvalue()


@given(st.text(max_size=80))
def test_no_text_can_forge_a_record_or_move_the_cursor(text: str) -> None:
    record = logging.LogRecord("digwell", logging.WARNING, "", 0, "%s", (text,), None)
    for line in log.Lines(journal=True).format(record).split("\n"):
        assert not line or line.startswith("<4>")
        assert line.isprintable()
