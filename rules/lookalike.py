"""Domains that can be taken for one another: what forgers register.

Pure; used to warn and never to join anybody.
"""

from __future__ import annotations

import unicodedata

_SEEN = (
    ("rn", "m"), ("vv", "w"), ("cl", "d"), ("0", "o"), ("1", "l"), ("i", "l"), ("5", "s"), ("3", "e"),
    ("а", "a"), ("е", "e"), ("о", "o"), ("р", "p"), ("с", "c"), ("у", "y"), ("х", "x"), ("і", "l"),
    ("ѕ", "s"), ("-", ""),
)  # fmt: skip


def look_alike(one: str, other: str) -> bool:
    """Tell whether two different domains could be taken for one another."""
    if one == other:
        return False
    a, b = _skeleton(one), _skeleton(other)
    return a == b or (min(len(a), len(b)) > 5 and _one_edit(a, b))


def _skeleton(host: str) -> str:
    try:
        spelt = host.encode("ascii").decode("idna") if "xn--" in host else host
    except UnicodeError:
        spelt = host
    plain = unicodedata.normalize("NFKD", spelt.lower())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    for seen, meant in _SEEN:
        plain = plain.replace(seen, meant)
    return plain


def _one_edit(a: str, b: str) -> bool:
    """Tell whether one letter added, dropped or changed, or two swapped, turn one into the other."""
    if abs(len(a) - len(b)) > 1:
        return False
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
    a, b = a[start:], b[start:]
    swapped = len(a) > 1 and a[:2] == b[1::-1] and a[2:] == b[2:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or swapped
