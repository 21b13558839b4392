"""Links of the letter: mailto: with everything filled in, and the provider's "open this message".

Every link stays under 1,200 characters, which the tightest mail programs still carry; what is too long
loses the end of its body. Nothing here may ever link to anything else.
"""

from __future__ import annotations

from urllib.parse import quote

LONGEST = 1_199
_GMAIL = ("imap.gmail.com", "imap.googlemail.com")
_APPLE = ("imap.mail.me.com", "mail.me.com")


def mailto(address: str, subject: str = "", body: str = "") -> str:
    """Return a link that opens a mail to ``address``; lines of ``body`` are parted by a newline.

    Return nothing where even the bare link would be too long.
    """
    link = f"mailto:{quote(address, safe='@')}"
    if subject:
        link += f"?subject={quote(subject, safe='')}"
    if len(link) > LONGEST:
        return ""
    text = quote(body.replace("\n", "\r\n"), safe="")
    room = LONGEST - len(link) - len("&body=")
    if not text or room < 1:
        return link
    return f"{link}{'&' if subject else '?'}body={text if len(text) <= room else _cut(body, room)}"


def open_link(host: str, owner: str, message_id: str) -> str:
    """Return the link that opens a message at that IMAP host's web mail or program, or nothing."""
    name = quote(message_id, safe="")
    if not name or len(name) > 500:
        return ""
    if host.lower() in _GMAIL:
        return f"https://mail.google.com/mail/?authuser={quote(owner, safe='')}#search/rfc822msgid%3A{name}"
    if host.lower() in _APPLE or host.lower().endswith(".mail.me.com"):
        return f"message://%3C{name}%3E"
    return ""


def _cut(body: str, room: int) -> str:
    """Return as much of the body as fits, whole characters only, ending in an ellipsis."""
    ending = quote("…", safe="")
    parts: list[str] = []
    left = room - len(ending)
    for character in body.replace("\n", "\r\n"):
        piece = quote(character, safe="")
        left -= len(piece)
        if left < 0:
            break
        parts.append(piece)
    return "".join(parts) + ending if room >= len(ending) else ""
