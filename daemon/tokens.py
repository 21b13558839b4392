"""Tokens: the tag that proves that a mail answers a letter of ours, and the key that makes it.

A tag is ``[dw EDITION.ITEM MAC]``: MAC is the first 80 bits of HMAC-SHA256 over version, edition and
item, in Crockford's base32, which survives capitals and reading aloud. The verb is not signed, so that
the owner may edit a link. Nothing here decides whether an edition is known or still young.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from store.errors import ConfigError
from store.faults import telling

KEY_BYTES = 32
MAC_BYTES = 10
EVERYTHING = "all"
FIRST = "first"
"""What stands for the edition in the first letter of all, which is no weekly edition."""

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_FORGIVEN = str.maketrans("oil", "011")
_EDITION = r"[0-9]{4}w[0-9]{2}[a-z]{0,3}|first"
_ITEM = r"[0-9]{1,3}|[a-z]{1,8}|re[0-9a-f]{12}"
_TAG = re.compile(rf"\[\s*dw\s+({_EDITION})\.({_ITEM})\s+([0-9a-z]{{16}})\s*\]", re.IGNORECASE | re.ASCII)
_MESSAGE_ID = re.compile(
    rf"dw\.({_EDITION})\.({_ITEM})\.([0-9a-z]{{16}})@[^\s<>@]+", re.IGNORECASE | re.ASCII
)


@dataclass(frozen=True, slots=True)
class Tag:
    """What a valid tag proves: we once wrote this item of this edition to the owner."""

    edition: str
    item: str


def mac(key: bytes, edition: str, item: str) -> str:
    """Return the 16 letters that sign an item of an edition."""
    digest = hmac.new(key, f"v1|{edition}|{item}".encode(), hashlib.sha256).digest()
    return _base32(digest[:MAC_BYTES])


def tag(key: bytes, edition: str, item: str) -> str:
    """Return the tag as it stands in a subject, brackets included."""
    return f"[dw {edition}.{item} {mac(key, edition, item)}]"


def message_id(key: bytes, edition: str, domain: str, item: str = EVERYTHING) -> str:
    """Return the Message-ID of an edition, without angle brackets."""
    return f"dw.{edition}.{item}.{mac(key, edition, item)}@{domain}"


def receipt_id(key: bytes, edition: str, domain: str, answered: str) -> str:
    """Return the Message-ID of the one receipt that a command mail (its Message-ID) can ever get."""
    item = "re" + hashlib.sha256(answered.encode("utf-8", "surrogateescape")).hexdigest()[:12]
    return message_id(key, edition, domain, item)


def tags(key: bytes, text: str) -> tuple[Tag, ...]:
    """Return what the valid tags of a subject prove; forged ones are not there."""
    return _valid(key, _TAG.findall(text))


def cited(key: bytes, message_ids: Iterable[str]) -> tuple[Tag, ...]:
    """Return what Message-IDs of ours prove, in their order; those of others are not there."""
    found = (_MESSAGE_ID.fullmatch(mid.strip().strip("<>")) for mid in message_ids)
    return _valid(key, [(m[1], m[2], m[3]) for m in found if m])


def looks_tagged(text: str) -> bool:
    """Tell whether a subject carries something in the shape of a tag, valid or not."""
    return _TAG.search(text) is not None


def count_tags(text: str) -> int:
    """Count what has the shape of a tag in a subject, valid or not."""
    return len(_TAG.findall(text))


def without_tags(text: str) -> str:
    """Return a subject without anything in the shape of a tag."""
    return _TAG.sub(" ", text)


def key_file(store: Path) -> Path:
    """Return where the key of that store lies: beside it."""
    return store.with_name("digwell.key")


def load_key(path: Path) -> bytes:
    """Return the key at ``path``, making it first where there is none.

    The file appears whole or not at all, readable by its owner only; two makers agree on one key.
    Raises ConfigError where others can read the file, or where it does not hold 32 bytes; where it
    cannot be made, what ``store.db.telling`` makes of that.
    """
    if not path.exists():
        with telling(path):
            _make_key(path)
    state = path.stat()
    if state.st_mode & 0o077:
        raise ConfigError(f"{path} can be read by others", hint=f"chmod 600 {path}")
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise ConfigError(
            f"{path} does not hold a key of {KEY_BYTES} bytes",
            hint="restore it from a backup, or delete it: answers to older mails are then refused",
        )
    return key


def _make_key(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was first: its key is the key
            os.link(draft, path)
    finally:
        draft.unlink()


def _valid(key: bytes, found: Iterable[tuple[str, str, str]]) -> tuple[Tag, ...]:
    result: list[Tag] = []
    for edition, item, given in found:
        claim = Tag(edition.lower(), item.lower())
        right = mac(key, claim.edition, claim.item)
        if hmac.compare_digest(right, given.lower().translate(_FORGIVEN)) and claim not in result:
            result.append(claim)
    return tuple(result)


def _base32(data: bytes) -> str:
    number = int.from_bytes(data, "big")
    length = len(data) * 8 // 5
    return "".join(_ALPHABET[number >> 5 * (length - 1 - place) & 31] for place in range(length))
