"""Packages that only some need: what to type where one is missing. Must never install anything itself."""

from __future__ import annotations

import sys
from pathlib import Path


def how_to_add(package: str, prefix: str | None = None) -> str:
    """Return the command that brings a package into an environment (default: the one that runs now)."""
    home = Path(sys.prefix if prefix is None else prefix)
    if "pipx" in home.parts:
        return f"pipx inject {home.name} {package}"
    return f"{home}/bin/pip install {package}"
