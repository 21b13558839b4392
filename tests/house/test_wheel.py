"""What is shipped: the wheel as a package index or a distribution gets it, built and looked into."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytest.importorskip("hatchling", reason="hatchling builds the wheel")
ROOT = Path(__file__).resolve().parents[2]
SHARED = {
    "share/man/man1/digwell.1": "docs/digwell.1",
    "share/bash-completion/completions/digwell": "completions/digwell.bash",
    "share/zsh/site-functions/_digwell": "completions/_digwell",
    "share/fish/vendor_completions.d/digwell.fish": "completions/digwell.fish",
    "share/digwell/config.example.yaml": "config.example.yaml",
    "share/digwell/systemd/digwell.service": "systemd/digwell.service",
    "share/digwell/systemd/digwell.sysusers": "systemd/digwell.sysusers",
    "share/digwell/systemd/digwell.tmpfiles": "systemd/digwell.tmpfiles",
    "share/digwell/systemd/user/digwell.service": "systemd/user/digwell.service",
}
"""Where a shell, ``man`` or ``service install`` looks → the file of the checkout."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, capture_output=True, check=True,
    )  # fmt: skip
    (found,) = folder.glob("digwell-*.whl")
    return zipfile.ZipFile(found)


@pytest.mark.parametrize(("place", "source"), SHARED.items())
def test_the_wheel_brings_what_other_programs_look_for(
    wheel: zipfile.ZipFile, place: str, source: str
) -> None:
    (name,) = (one for one in wheel.namelist() if one.endswith(f".data/data/{place}"))
    assert wheel.read(name) == (ROOT / source).read_bytes()


def test_the_wheel_brings_every_module_and_template_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    ours = {str(p.relative_to(ROOT)) for top in ("daemon", "rules", "store") for p in (ROOT / top).rglob("*")}
    ours = {name for name in ours if (ROOT / name).is_file() and "__pycache__" not in name}
    shipped = {name for name in wheel.namelist() if ".data/" not in name and ".dist-info/" not in name}
    assert shipped == ours
