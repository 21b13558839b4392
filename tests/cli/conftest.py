"""A town to walk in: an owner's folder with a configuration and a filled store, away from the real home."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.cli.town import NOW, Town, settle


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fill a folder once; every town is a copy of it."""
    folder = tmp_path_factory.mktemp("town")
    settle(folder)
    return folder


@pytest.fixture
def town(
    settled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Town:
    """Give a folder with mail, and digwell to run in it at a fixed time."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name.lower()))
    monkeypatch.setenv("DIGWELL_NOW", str(NOW))
    monkeypatch.setenv("TZ", "UTC")
    monkeypatch.delenv("DIGWELL_CONFIG", raising=False)
    monkeypatch.delenv("DIGWELL_STORE", raising=False)
    shutil.copytree(settled, tmp_path, dirs_exist_ok=True)
    return Town(tmp_path, capsys)
