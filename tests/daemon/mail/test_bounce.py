"""Bounces of our own making, one file a form: who failed, for good or not, is the address gone."""

from __future__ import annotations

import json
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
