"""Header fields that tell how a message was made: by a person, a list, a mailing program, a machine.

Only what stands in the fields is reported; what it means is the business of ``rules.classify``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from rules.senders import machine_name
from store.facts import Mark, Named

FIELDS = (
    "List-Id",
    "List-Post",
    "List-Unsubscribe",
    "Precedence",
    "Auto-Submitted",
    "Return-Path",
    "Content-Type",
    "Content-Class",
    "X-Autoreply",
    "X-Autorespond",
    "Feedback-ID",
    "X-Campaign",
    "X-CampaignID",
    "X-MC-User",
    "X-SG-EID",
    "X-Mailgun-Sid",
    "X-Mailing-List",
    "X-BeenThere",
    "Mailing-List",
    "X-Bugzilla-Reason",
    "X-GitHub-Reason",
    "X-Digwell",
)

# What the presence of a field makes worth a look; most mail has one or two of them. Bits above all marks.
_DISCUSSION, _BULK, _OTHERWISE, _SAID, _TYPED, _CITING = (1 << place for place in range(24, 30))
_CARRIED = _DISCUSSION | _BULK | _OTHERWISE
_SORTS = {
    **dict.fromkeys(("list-post", "x-mailing-list", "x-beenthere", "mailing-list"), _DISCUSSION),
    **dict.fromkeys(("x-campaign", "x-campaignid", "x-mc-user", "x-sg-eid", "x-mailgun-sid"), _BULK),
    **dict.fromkeys(("list-id", "feedback-id"), _OTHERWISE),
    **dict.fromkeys(("precedence", "auto-submitted", "content-class"), _SAID),
    "return-path": _OTHERWISE | _SAID,
    "content-type": _TYPED,
    **dict.fromkeys(("references", "in-reply-to"), _CITING),
}
_AUTO, _NULL_PATH, _MACHINE_FROM = int(Mark.AUTO), int(Mark.NULL_PATH), int(Mark.MACHINE_FROM)
_OWN, _TAGGED, _MEETING = int(Mark.OWN), int(Mark.TAGGED), int(Mark.CALENDAR)
_LIST, _MAILING, _REPORT = int(Mark.LIST_ID), int(Mark.BULK_SENDER), int(Mark.REPORT)
_PRESENT = {
    "list-unsubscribe": int(Mark.UNSUBSCRIBE),
    "x-autoreply": int(Mark.AUTO),
    "x-autorespond": int(Mark.AUTO),
    "x-bugzilla-reason": int(Mark.AUTO),
    "x-github-reason": int(Mark.AUTO),
    "x-digwell": int(Mark.OWN),
}
SIGNS: dict[str, int] = {**_SORTS, **_PRESENT}
"""What the mere presence of a field says, to be joined with "or" and handed to ``marks``."""
_PRECEDENCE = {
    "list": int(Mark.PRECEDENCE_LIST),
    "bulk": int(Mark.PRECEDENCE_BULK),
    "junk": int(Mark.PRECEDENCE_BULK),
    "auto_reply": int(Mark.AUTO),
}
# Providers that put Feedback-ID on every letter of a person.
_PERSONAL = re.compile(r"(?:fastmail|proton)\s*$", re.IGNORECASE)
# An envelope address made for one mailing (bounces+serial@, @bounce.example.org); not a forwarder's
# (SRS0=...) nor a person's own tagged one (prvs=...).
_BOUNCES = re.compile(
    r"<(?!srs[01][=+-]|prvs=)(?:[^<>@]*[-_.+=])?bounces?(?:[-_.+=][^<>@]*)?@|@(?:[^<>@]*\.)?bounces?\.",
    re.IGNORECASE,
)
_OWN_ID = re.compile(r"dw\.(?:\d{4}w\d{2}[a-z]*|first)\.", re.IGNORECASE)
_TAG = re.compile(r"\[\s*dw\s+(?:\d{4}w\d{2}[a-z]*|first)\.", re.IGNORECASE)
_CALENDAR = re.compile(
    r"(?:(?:updated |new )?invitation|accepted|declined|tentative(?:ly accepted)?|cancell?ed(?: event)?"
    r"|(?:aktualisierte )?einladung|zugesagt|zusage|angenommen|abgelehnt|abgesagt|unter vorbehalt"
    r"|invitation (?:mise à jour|modifiée)|accepté|refusé|annulé|provisoire|invitación|aceptad[oa]"
    r"|rechazad[oa]"
    r"|cancelad[oa]|convite|aceito|recusado|invito|accettat[oa]|rifiutat[oa]|annullat[oa]|uitnodiging"
    r"|geaccepteerd|geweigerd|geannuleerd)\s*:",
    re.IGNORECASE,
)


_ALL = (1 << 24) - 1
_MARKS: dict[int, Mark] = {}  # making a member of an enum costs as much as all the rest


def marks(values: Mapping[str, str], signs: int, sender: tuple[Named, ...], mid: str, subject: str) -> Mark:
    """Return the marks of decoded-as-text header values, keyed by lower-case field name.

    ``signs`` is what ``SIGNS`` says of the fields that are there.
    """
    found = signs & _ALL
    if signs & _CARRIED:
        found |= _many(values, signs)
    if signs & _SAID:
        found |= _said(values)
    for one in sender:
        if machine_name(one.address):
            found |= _MACHINE_FROM
    if mid[:3].lower() == "dw." and _OWN_ID.match(mid):
        found |= _OWN
    if ("[" in subject and _TAG.search(subject)) or (signs & _CITING and _cites(values)):
        found |= _TAGGED
    if signs & _TYPED:
        found |= _structure(values["content-type"], subject)
    known = _MARKS.get(found)
    if known is None:
        known = _MARKS[found] = Mark(found)
    return known


def _said(values: Mapping[str, str]) -> int:
    """Return what the few fields tell of which the value counts."""
    found = _PRECEDENCE.get(values.get("precedence", "").strip().lower(), 0)
    automatic = values.get("auto-submitted", "").partition(";")[0].strip().lower()
    if automatic and automatic != "no":
        found |= _AUTO
    if "return-path" in values and values["return-path"].strip() in {"<>", ""}:
        found |= _NULL_PATH
    if "calendarmessage" in values.get("content-class", "").lower():
        found |= _MEETING
    return found


def _many(values: Mapping[str, str], there: int) -> int:
    """Return whether a discussion list or a bulk mailing program carried the message.

    Newsletters have a List-Id too; what can be posted to, or bears no sign of a mailing program, is a
    discussion.
    """
    if there & _DISCUSSION and values.get("list-post", "").strip().upper() != "NO":
        return _LIST
    feedback = values.get("feedback-id", "")
    if there & _BULK or (feedback and not _PERSONAL.search(feedback[-60:])):
        return _MAILING
    if "list-id" in values:
        return _LIST
    return _MAILING if _BOUNCES.search(values.get("return-path", "")[:400]) else 0


def _cites(values: Mapping[str, str]) -> bool:
    for name in ("references", "in-reply-to"):
        text = values.get(name, "")
        if "<dw." in text and _OWN_ID.search(text) is not None:
            return True
    return False


def _structure(content_type: str, subject: str) -> int:
    """Return what the type of the whole message tells, or a subject only calendars write."""
    told = content_type[:200].strip().lower()
    if told.startswith("multipart/report"):
        return _REPORT
    if told.startswith("text/calendar") or (told.startswith("multipart/") and _CALENDAR.match(subject)):
        return _MEETING
    return 0
