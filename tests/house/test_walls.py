"""The walls of the house that no linter checks: sizes, doors, and what the project speaks of."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STOREYS = ("daemon", "rules", "store")
DOORS = {
    "imapclient": ("daemon/mail/",),
    "imaplib": ("daemon/mail/",),
    "mailparser": ("daemon/mail/parse.py", "daemon/mail/whole.py"),
    "smtplib": ("daemon/mail/smtp.py",),
    "icalendar": ("daemon/mail/calendar.py", "daemon/imports/"),
    "sqlite3": ("store/",),
    "sqlite_utils": ("store/",),
    "click": ("daemon/cli/",),
    "ruamel": ("daemon/config/",),
    "pydantic": ("daemon/config/",),
    "jinja2": ("daemon/digest/",),
    "publicsuffixlist": ("store/addresses.py",),
    "schedule": ("daemon/service/",),
    "pymap": ("daemon/demo/",),
}


def modules() -> Iterator[Path]:
    for storey in STOREYS:
        yield from sorted((ROOT / storey).rglob("*.py"))


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


@pytest.mark.parametrize("path", list(modules()), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_room_is_small_described_and_uses_its_own_doors_only(path: Path) -> None:
    text = path.read_text()
    tree = ast.parse(text)
    name = str(path.relative_to(ROOT))
    assert text.count("\n") <= 400, "split this file by noun"
    assert ast.get_docstring(tree), "say what this room is for and what it must never do"
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            span = (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0
            assert span <= 60, f"{node.name} is {span} lines long"
    for module in imported(tree):
        allowed = DOORS.get(module.partition(".")[0])
        assert allowed is None or name.startswith(allowed), f"{module} belongs to {allowed}"


@pytest.mark.parametrize("storey", ["rules", "store"])
def test_no_rooms_of_the_lower_storeys_need_each_other(storey: str) -> None:
    needs = {
        f"{storey}.{path.stem}": {
            f"{storey}.{part}"
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom) and node.module
            for part in (
                [alias.name for alias in node.names]
                if node.module == storey
                else [node.module.rpartition(".")[2]] * node.module.startswith(f"{storey}.")
            )
        }
        for path in sorted((ROOT / storey).glob("*.py"))
    }
    while free := {room for room, others in needs.items() if not others & needs.keys()}:
        needs = {room: others for room, others in needs.items() if room not in free}
    assert not needs, f"in a circle, or upon one: {sorted(needs)}"


def test_the_three_packages_hold_a_docstring_only() -> None:
    for storey in STOREYS:
        tree = ast.parse((ROOT / storey / "__init__.py").read_text())
        assert len(tree.body) == 1
        assert ast.get_docstring(tree)


def test_no_room_has_a_name_that_says_nothing() -> None:
    empty = {"utils", "helpers", "common", "base", "manager", "misc"}
    assert not [p for p in modules() if p.stem in empty]


def test_exceptions_are_swallowed_in_two_places_only() -> None:
    catchers = [
        str(path.relative_to(ROOT))
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ExceptHandler)
        and (
            node.type is None
            or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"})
        )
        and not any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
    ]
    assert set(catchers) <= {"daemon/service/loop.py", "daemon/cli/main.py"}, catchers


def test_our_own_modules_are_never_patched() -> None:
    patched = re.compile(r"mock\.patch|monkeypatch\.setattr\(\s*[\"']?(daemon|rules|store)\b")
    here = Path(__file__)
    found = [p for p in (ROOT / "tests").rglob("*.py") if p != here and patched.search(p.read_text())]
    assert not found


def test_the_working_tree_is_clean_of_generated_files() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    assert not [
        line
        for line in listed.stdout.splitlines()
        if line.endswith((".pyc", ".db", ".sqlite")) and "tests/dbs" not in line
    ]
