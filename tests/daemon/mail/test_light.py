"""What a scan loads: the heavy libraries stay out until a mail needs them."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("mailparser", "icalendar", "publicsuffixlist", "sqlite_utils", "pydantic", "jinja2")


@pytest.mark.parametrize("room", ["daemon.mail.parse", "daemon.scan.opening", "daemon.imports.door"])
def test_reading_loads_no_heavy_library(room: str) -> None:
    code = f"import sys, {room}; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
