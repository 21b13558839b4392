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
_ROW = re.compile(r"^\|(.*)\|([^|]*)\|$", re.MULTILINE)


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


@pytest.mark.parametrize("name", ["PRIVACY.md", "SECURITY.md", "docs/servers.md", "docs/failures.md"])
def test_every_promise_names_a_test_that_is_there(name: str) -> None:
    named = _TEST.findall((ROOT / name).read_text(encoding="utf-8"))
    assert named, "the page names no test"
    missing = [f"{file}::{test}" for file, test in named if not _holds(_place(file), test)]
    assert missing == []


@pytest.mark.parametrize("name", ["PRIVACY.md", "SECURITY.md"])
def test_every_row_of_a_promise_names_its_very_test_and_no_whole_file(name: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    tables = [table for table in page.split("\n\n") if re.search(r"\| (proven by|test below)", table)]
    rows = [row for table in tables for row in _ROW.findall(table)[2:]]
    assert len(rows) > 8
    bare = [row[0].split("|")[0].strip() for row in rows if not _only_tests(row[1])]
    assert bare == []


def _only_tests(cell: str) -> bool:
    left = _TEST.sub("", re.sub(r"\([^)]*\)", "", cell))
    return bool(_TEST.search(cell)) and not left.strip(" ,")


def _place(file: str) -> Path:
    return ROOT / file if file.startswith("bench/") else ROOT / "tests" / file


@pytest.mark.parametrize(("name", "least"), [("docs/servers.md", 70), ("docs/failures.md", 54)])
def test_whatever_goes_wrong_has_a_test_that_is_named(name: str, least: int) -> None:
    promised: list[str] = []
    listing = False
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        listing = line.startswith("|") and (listing or line.endswith("| test |"))
        promised += [line] if listing else []
    rows = [row for row in promised if not row.endswith("| test |") and not row.startswith("| ---")]
    assert len(rows) >= least
    assert [row for row in rows if not _TEST.search(row)] == []


def _holds(file: Path, test: str) -> bool:
    return file.is_file() and f"def {test}(" in file.read_text(encoding="utf-8")
