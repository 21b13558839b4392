"""What digwell answers to each verb: one short sentence without the name, or a few words with it. Pure."""

from __future__ import annotations

from rules.words import Words

SAY = Words()


def told(key: str, **values: str) -> str:
    """Return what came of a verb, such as ``done`` or ``done.text``, for receipts and the terminal."""
    return SAY(f"told.{key}", **values)


def in_short(verb: str, name: str, other: str = "") -> str:
    """Return what was said in a few words, for the next letter; "" for a verb that needs none."""
    key = f"short.{verb}"
    return SAY(key, name=name, other=other) if key in SAY else ""
