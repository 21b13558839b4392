"""The pages for owners: every file, link and test that they name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#]+)")
_PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
_TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    links = _LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_readme_shows_the_mail_small_and_in_words_too() -> None:
    ((said, picture),) = _PICTURE.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(said.split()) > 10
    raw = (ROOT / picture).read_bytes()
    assert raw.startswith(b"\x89PNG")
    assert len(raw) < 150_000


@pytest.mark.parametrize("name", ["PRIVACY.md", "SECURITY.md"])
def test_every_promise_names_a_test_that_is_there(name: str) -> None:
    named = _TEST.findall((ROOT / name).read_text(encoding="utf-8"))
    assert named, "the page names no test"
    missing = [f"{file}::{test}" for file, test in named if not _holds(ROOT / "tests" / file, test)]
    assert missing == []


def _holds(file: Path, test: str) -> bool:
    return file.is_file() and f"def {test}(" in file.read_text(encoding="utf-8")
