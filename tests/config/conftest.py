"""Write settings files and read them as the program does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.config.load import load
from daemon.config.values import Config

LEAST = """\
mailbox:
  host: imap.example.org
  user: maya@example.org
  password_command: pass show mail/digwell
digest:
  when: monday 07:30
"""


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def writing(text: str, name: str = "config.yaml") -> Path:
        file = tmp_path / name
        file.write_text(text, "utf-8")
        file.chmod(0o600)
        return file

    return writing


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path / "home"), "XDG_CACHE_HOME": str(tmp_path / "cache")}


@pytest.fixture
def read(write: Callable[..., Path], environ: dict[str, str]) -> Callable[[str], Config]:
    def reading(text: str) -> Config:
        return load(write(text), None, environ)

    return reading
