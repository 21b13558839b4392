"""Whatever a file holds, it is read or refused with a sentence; no secret of it is ever shown."""

from __future__ import annotations

import time
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from daemon.config import build
from daemon.config.example import sample
from daemon.config.nodes import Source
from daemon.config.problems import render_problems
from store.errors import ConfigError
from tests.config.conftest import LEAST

HOME = build.Home(Path("/nowhere"), Path("/nowhere"), Path("/nowhere/d.db"))
CANARY = "canary4711"
SECRET = f"""\
mailbox:
  host: imap.example.org
  user: maya@example.org
  password: {CANARY}
  token: "{CANARY}"
  password_command: echo {CANARY}
smtp: {{host: smtp.example.org, user: maya, passwd: {CANARY}, people: 9}}
digest:
  when: monday 07:30
"""
SIGNS = [*":-{}[]'\"|>#%,\t\n\r\x00é~\u2028"]
WORDS = st.sampled_from(
    [*SIGNS, ": ", "- ", "&a ", "*a", "!x ", "  ", "? ", "---\n", "...\n", "no", "null", "<<"]
)


def refused(text: str) -> str:
    """Return what is said of a text, nothing where it is fine."""
    try:
        build.read("config.yaml", text, HOME)
    except ConfigError as error:
        return render_problems(error.problems) or f"no fault is named: {error}"
    return ""


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert "no fault is named" not in refused(text)
    assert Source("f", text).read() is not None


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_any_slip_of_the_pen_is_read_or_refused(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([LEAST, sample()]))
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        end = min(len(text), start + data.draw(st.integers(0, 6)))
        text = text[:start] + data.draw(WORDS) + text[end:]
    told = refused(text)
    assert all(c == "\n" or c.isprintable() for c in told)


@settings(max_examples=250, deadline=None)
@given(st.data())
def test_no_slip_of_the_pen_shows_a_secret(data: st.DataObject) -> None:
    lines = SECRET.split("\n")
    for _ in range(data.draw(st.integers(1, 2))):
        row = data.draw(st.integers(0, len(lines) - 1))
        line = lines[row]
        # a slip outside of the keys and values that hold the secret
        place = data.draw(st.integers(0, line.find("pass") if "pass" in line else len(line)))
        if "token" in line or place < 0:
            continue
        lines[row] = line[:place] + data.draw(WORDS) + line[place:]
    assert CANARY not in refused("\n".join(lines))


def test_a_secret_under_its_key_is_covered_whatever_its_indentation() -> None:
    for text in (
        f"mailbox:\n  password:\n  {CANARY}\n  host: x\n",
        f"mailbox:\n  password:\n{CANARY}\n",
        f"mailbox:\n  password: >-\n    a: {CANARY}\n  b\n",
        f"mailbox:\n  - password: {CANARY}\n   x: y\n",
        f'mailbox: {{"password": "{CANARY}", b: [}}\n',
        f"mailbox:\n  user: imap://maya:{CANARY}@host\n  :\n",
    ):
        assert refused(text)
        assert CANARY not in refused(text), text


def test_a_file_of_nothing_but_brackets_is_refused_at_once() -> None:
    assert "nested too deeply" in refused("a: " + "[" * 5000)
    assert "nested too deeply" in refused("{a: " * 3000)


def test_a_line_as_long_as_a_file_is_shown_in_part() -> None:
    for text in ("a" * 100_000, "[" * 100_000, "mailbox: {" + "x: y, " * 10_000 + "}"):
        told = refused(text)
        assert told
        assert max(map(len, told.splitlines())) < 400


def test_many_faults_take_time_in_proportion() -> None:
    began = time.process_time()
    assert refused("".join(f"k{n}: v\n" for n in range(5_000))).count("unknown setting") == 5_000
    assert time.process_time() - began < 6
