"""Bounces of our own making, one file a form: who failed, for good or not, is the address gone."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.mail.bounce import failures

FOLDER = Path(__file__).parents[2] / "corpus" / "bounces"
EXPECTED: dict[str, list[list[object]]] = json.loads((FOLDER / "expected.json").read_text())


def test_every_file_has_its_expectation() -> None:
    assert {path.stem for path in FOLDER.glob("*.eml")} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_bounce_is_read_as_expected(name: str, ends: str) -> None:
    raw = (FOLDER / f"{name}.eml").read_text().replace("\n", ends).encode()
    got = [[one.address, one.permanent, one.gone, one.original] for one in failures(raw)]
    assert got == EXPECTED[name]


@given(st.sampled_from(sorted(EXPECTED)), st.integers(0, 3000), st.binary(max_size=20))
def test_a_damaged_bounce_never_raises(name: str, at: int, noise: bytes) -> None:
    raw = (FOLDER / f"{name}.eml").read_bytes()
    failures(raw[:at] + noise + raw[at:])
    failures(raw[:at])


HEAD = b"Return-Path: <>\nFrom: MAILER-DAEMON@example.net\nSubject: failure notice\n"
STATUS = HEAD + b"Content-Type: message/delivery-status\n\n"
BOMBS = {
    "letters": HEAD + b"\n" + b"a" * 1_000_000,
    "at signs": HEAD + b"\nnot delivered to\n" + b"@" * 1_000_000,
    "addresses": HEAD + b"\nnot delivered to\n" + b"<a@example.org>:\n" * 60_000,
    "half addresses": HEAD + b"\nnot delivered to\n" + b"aaaaaaaa@bbbbbbbb\n" * 50_000,
    "dots": HEAD + b"\nnot delivered to\n" + b"a@" + b"b." * 400_000,
    "parts": HEAD + b"Content-Type: multipart/report; boundary=b\n\n" + b"--b\n\nunknown user: x\n" * 40_000,
    "blocks": STATUS + b"Final-Recipient: rfc822; a@b.example\n\n" * 20_000,
    "folded": STATUS + b"Final-Recipient:" + b"\n a" * 200_000,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_a_bomb_is_read_in_bounded_time(name: str) -> None:
    start = time.process_time()
    assert len(failures(BOMBS[name])) <= 50
    assert time.process_time() - start < 1
