"""Mail addresses and names as keys: one spelling for one mailbox, and what a domain tells.

Pure and total: whatever a stranger writes, nothing here raises, and nothing is ever looked up on
a network. ``normalise`` is on the hot path of the scan; the public suffix list is loaded only when
an organisation is asked for.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import lru_cache

from store.known import FREE_MAIL, ROLE_LOCALS, TITLES

LONGEST = 320
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"  # base32, RFC 4648
_PAIRS = tuple(a + b for a in _LETTERS for b in _LETTERS)
_PLAIN = re.compile(r"[a-z0-9_][a-z0-9._%+=~!#$&'*/?^`{|}-]*@[a-z0-9-]+(?:\.[a-z0-9-]+)+").fullmatch
_LITERAL = re.compile(r"\[[0-9a-z.:]+\]").fullmatch
_ATOM = re.compile(r"[^\s()<>\[\]:;@\\,\"]+").fullmatch
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]|<[^<>]*>")
_VIA = re.compile(r"\s(?:via|on behalf of|im auftrag von|through)\s.*$", re.IGNORECASE | re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_FOLDED = str.maketrans({"ø": "o", "æ": "a", "œ": "o", "ł": "l", "đ": "d"})
_DOUBLED = re.compile("(?<=[aou])e")


@lru_cache(maxsize=8192)
def normalise(address: str) -> str:
    """Return the one spelling of an address, or "" for what cannot be one.

    Lower case, no brackets, quotes, blanks or trailing dots, the domain in its ASCII form, so that
    ``Ana@Bücher.example.`` and ``ana@xn--bcher-kva.example`` are the same. Never raises.
    """
    lowered = address.lower()
    if _PLAIN(lowered):
        return lowered if len(lowered) <= LONGEST else ""
    for _ in range(4):  # what is left of a mended address may want mending again
        mended = _mend(lowered)
        if mended == lowered:
            return mended
        lowered = mended
    return ""


def _mend(address: str) -> str:
    text = unicodedata.normalize("NFKC", address).lower()
    text = "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"}).strip()
    if text.startswith("<") and ">" in text:
        text = text[1 : text.index(">")]
    text = text.strip("<>'` \t").removeprefix("mailto:")
    local, at, domain = text.rpartition("@")
    local, domain = _unquote(local.strip()), _ascii("".join(domain.split()).strip("."))
    if not (at and local and domain) or len(local) + len(domain) >= LONGEST:
        return ""
    return f"{local}@{domain}"


def _unquote(local: str) -> str:
    if not (len(local) > 1 and local[0] == local[-1] == '"'):
        return "".join(local.split())
    inner = re.sub(r"\\(.)", r"\1", local[1:-1]).strip()
    return inner if _ATOM(inner) else f'"{" ".join(inner.split())}"' if inner else ""


def _ascii(domain: str) -> str:
    if not _harmless(domain):
        return ""
    if domain.isascii():
        return domain
    try:
        return domain.encode("idna").decode("ascii").lower().strip(".")
    except UnicodeError:  # too long a label, or letters that no domain may hold: kept as written
        return domain


def _harmless(domain: str) -> bool:
    return _LITERAL(domain) is not None or not any(
        c.isascii() and not (c.isalnum() or c in "._-") for c in domain
    )


def local_part(address: str) -> str:
    """Return what stands before the last ``@`` of a normalised address."""
    return address.rpartition("@")[0]


def domain(address: str) -> str:
    """Return what stands behind the last ``@`` of a normalised address."""
    return address.rpartition("@")[2] if "@" in address else ""


def is_free_mail(domain: str) -> bool:
    """Tell whether anybody can have an address at that domain, so that it names no organisation."""
    return domain in FREE_MAIL or _last_labels(domain, 2) in FREE_MAIL


def is_role(local: str) -> bool:
    """Tell whether a local part names a function (info, billing) and no person."""
    head = re.split(r"[+]", local, maxsplit=1)[0]
    return head in ROLE_LOCALS or re.sub(r"[._-]", "", head) in ROLE_LOCALS


@lru_cache(maxsize=4096)
def organisation_domain(address: str) -> str:
    """Return the registrable domain of an address or domain, or "" for free mail and none.

    By the public suffix list with its private section: ``acme.github.io`` stays apart.
    """
    host = address.rpartition("@")[2]
    if not host or is_free_mail(host) or host.startswith("["):
        return ""
    found = _suffixes().privatesuffix(host)
    return "" if not found or is_free_mail(found) else str(found)


@lru_cache(maxsize=1)
def _suffixes():  # type: ignore[no-untyped-def]  # noqa: ANN202 - the library has no types
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - 0.1 s that few commands need

    return PublicSuffixList()


@lru_cache(maxsize=8192)
def name_key(name: str) -> str:
    """Return a key under which two spellings of one name meet, or "" where no name is left.

    Sorted words without accents, umlaut spellings (``ue`` is ``u``), initials, titles, case,
    asides in brackets and "via ..."; so ``Müller, Anna B.`` is ``anna muller``, as ``Dr Anna Mueller``.
    An address written in place of a name has no key.
    """
    if "@" in name:
        return ""
    text = _VIA.sub("", _ASIDE.sub(" ", unicodedata.normalize("NFKC", name)))
    text = unicodedata.normalize(
        "NFKD", text.casefold().replace("ß", "ss").replace("ø", "o").replace("æ", "a")
    )
    text = "".join(c for c in text if not unicodedata.combining(c))
    words = (_DOUBLED.sub("", w.replace("'", "").replace("’", "")) for w in _WORD.findall(text))
    return " ".join(sorted(w for w in words if len(w) > 1 and w not in TITLES))


def person_id(address: str) -> str:
    """Return the public, stable id of the person whose main address this is: ``p`` and 10 letters."""
    return "p" + _short(address)


def note_id(verb: str, at: int, address: str, text: str, nth: int = 0) -> str:
    """Return the public, stable id of something said: ``n`` and 10 letters of its content.

    ``nth`` tells apart the same words said of the same address in the same second.
    """
    return "n" + _short("\x1f".join((verb, str(at), address, text, str(nth))))


def _short(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    bits = int.from_bytes(digest[:7], "big") >> 6  # 50 of them: five pairs of letters of ten bits each
    return "".join(_PAIRS[bits >> shift & 1023] for shift in (40, 30, 20, 10, 0))


def _last_labels(domain: str, count: int) -> str:
    return ".".join(domain.split(".")[-count:])
