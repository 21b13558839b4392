"""Text of strangers: encoded words decoded, control and direction characters taken out.

What leaves here is safe to store, print and quote: no C0 or C1 control, no bidi or invisible
character, no lone surrogate, bounded length. It must never raise and never hand out a line break.
"""

from __future__ import annotations

import binascii
import codecs
import re
from functools import lru_cache

# Only codecs that turn bytes into text; Python also knows zip, hex, idna and unicode_escape.
_NAMES = (
    "ascii utf-8 utf-7 utf-16 utf-16-be utf-16-le big5 big5hkscs gb2312 gbk gb18030 hz euc_jp euc_jis_2004"
    " euc_kr johab cp949 cp950 cp932 shift_jis shift_jis_2004 iso2022_jp iso2022_jp_1 iso2022_jp_2"
    " iso2022_jp_3 iso2022_jp_ext iso2022_kr koi8-r koi8-u koi8-t ptcp154 tis-620 mac-roman mac-cyrillic"
    " mac-latin2 mac-greek cp437 cp737 cp775 cp850 cp852 cp855 cp857 cp858 cp860 cp861 cp862 cp863 cp864"
    " cp865 cp866 cp869 cp874 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 iso8859-1"
    " iso8859-2 iso8859-3 iso8859-4 iso8859-5 iso8859-6 iso8859-7 iso8859-8 iso8859-9 iso8859-10 iso8859-11"
    " iso8859-13 iso8859-14 iso8859-15 iso8859-16"
)
_CODECS = frozenset(_NAMES.split())

# RFC 2047 says no space inside a word; mailers put them there all the same.
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]{0,4000})\?=")
_BETWEEN = re.compile(r"(\?=)\s+(?==\?[^?\s]{1,60}\?[bBqQ]\?)")
_UGLY = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_BLANK = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")


def clean(text: str, limit: int) -> str:
    """Return the text on one line, without controls, bidi and invisible characters."""
    if not (text.isascii() and text.isprintable()):
        text = _UGLY.sub("", _BLANK.sub(" ", text))
    if "  " in text:
        text = " ".join(text.split())
    return text.strip()[:limit].rstrip()


def decode(text: str, limit: int) -> str:
    """Return a header value decoded after RFC 2047 and cleaned; broken words stay as written."""
    if "=?" in text:
        text = _words(text[: limit * 20])
    return clean(text, limit)


def text_of(raw: bytes, charset: str = "utf-8") -> str:
    """Return bytes as text: the named charset, else UTF-8, else Latin-1; never fails."""
    codec = codec_of(charset)
    if codec and codec != "utf-8":
        return _lenient(raw, codec)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace") if codec and _nearly_utf8(raw) else raw.decode("latin-1")


@lru_cache(maxsize=256)
def codec_of(charset: str) -> str:
    """Return the codec allowed for a charset name, or nothing."""
    try:
        name = codecs.lookup(charset.partition("*")[0].strip().strip("\"'")).name
    except (LookupError, ValueError, UnicodeError):
        return ""
    return name if name in _CODECS else ""


def _nearly_utf8(raw: bytes) -> bool:
    """Tell text in UTF-8 with a cut or broken character from text in another charset."""
    text = raw.decode("utf-8", "replace")
    return text.count("\ufffd") * 4 <= len(text) - len(text.encode("ascii", "ignore"))


def _lenient(raw: bytes, codec: str) -> str:
    try:
        return raw.decode(codec, "replace")
    except (UnicodeError, ValueError):
        return raw.decode("latin-1")


def _words(text: str) -> str:
    """Decode every encoded word; bytes of neighbours in one charset are joined before decoding."""
    text = _BETWEEN.sub(r"\1", text)
    out: list[str] = []
    held, held_charset, end = b"", "", 0
    for word in _WORD.finditer(text):
        charset, way, body = word.groups()
        between = text[end : word.start()]
        if held and (between or charset.lower() != held_charset):
            out.append(text_of(held, held_charset))
            held = b""
        out.append(between)
        held += _bytes(way, body)
        held_charset, end = charset.lower(), word.end()
    if held:
        out.append(text_of(held, held_charset))
    out.append(text[end:])
    return "".join(out)


def _bytes(way: str, body: str) -> bytes:
    raw = body.encode("utf-8", "replace")
    if way in "qQ":
        return _HEX.sub(lambda m: bytes((int(m[1], 16),)), raw.replace(b"_", b" "))
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", raw)
    if len(letters) % 4 == 1:  # one letter too many: it holds less than a byte
        letters = letters[:-1]
    try:
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
    except (binascii.Error, ValueError):
        return raw
