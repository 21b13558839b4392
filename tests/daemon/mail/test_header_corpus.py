"""Odd and hostile header blocks, one file each, and what must be read from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from daemon.mail.parse import message, read
from store.facts import Mark, Message

NOW = 1_790_000_000
FOLDER = Path(__file__).parents[2] / "corpus" / "headers"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))


def told(found: Message) -> dict[str, Any]:
    return {
        "sender": [[one.address, one.name] for one in found.sender],
        "to": [one.address for one in found.to],
        "bcc": [one.address for one in found.bcc],
        "subject": found.subject,
        "mid": found.mid,
        "parent": found.parent,
        "at": found.at,
        "dated": found.dated,
        "marks": sorted(str(mark.name) for mark in Mark if mark in found.marks),
    }


def test_every_file_has_its_expectation() -> None:
    assert {path.stem for path in FOLDER.glob("*.eml")} == set(EXPECTED)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_a_header_block_is_read_as_expected(name: str) -> None:
    raw = (FOLDER / f"{name}.eml").read_bytes()
    got = told(read(raw, NOW))
    assert {key: got[key] for key in EXPECTED[name]} == EXPECTED[name]
    assert message(raw, NOW).identity == read(raw, NOW).identity
