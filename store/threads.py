"""Message-IDs as keys: which message is which, and which one answers which. Pure.

A message is known by its identity, never by where it lies; an answer is known by what it cites.
"""

from __future__ import annotations

from hashlib import blake2b

from store.facts import LIST_MARKS, Message

_LIST = int(LIST_MARKS)


def key_of(message: Message) -> bytes:
    """Return the key of a message: the time its Date field tells (0 if none), then its identity.

    The time comes first so that mail of one season lies together in the index; it belongs to the
    identity anyway. Whether it was believed depends on the arrival, in which copies may differ.
    """
    return stamp(message.told or (message.at if message.dated else 0)) + message.identity


def stamp(at: int) -> bytes:
    """Return a time as the first four bytes of a key; keys of one second start with it."""
    return min(max(at, 0), 0xFFFFFFFF).to_bytes(4, "big")


def hash_of(mid: str) -> int:
    """Return 64 bits of a Message-ID, signed, for looking it up."""
    digest = blake2b(mid.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)


def thread_of(message: Message) -> tuple[str, str]:
    """Return parent and root as they are kept; the root is "" where it is the parent."""
    references = message.references
    parent = message.parent or (references[-1] if references else "")
    root = references[0] if references else ""
    return parent, "" if root == parent else root


def cites(marks: int, parent: str, root: str) -> tuple[int, ...]:
    """Return hashes of what a message answers: its parent, and off lists the root of its thread."""
    if not parent:
        return ()
    if root and not marks & _LIST:
        return hash_of(parent), hash_of(root)
    return (hash_of(parent),)
