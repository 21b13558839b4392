"""The prose of many mail systems about mail they could not deliver, as patterns.

Tables only. Every pattern is applied to a bounded text and cannot go back and forth on it.
"""

from __future__ import annotations

import re

_ADDRESS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9_-]{1,63}\.)+[A-Za-z0-9-]{2,63}"
_SO = r"[ \t]*<?ADDRESS"
STRONG = tuple(
    re.compile(pattern.replace("ADDRESS", f"(?P<a>{_ADDRESS})"), re.IGNORECASE | re.MULTILINE)
    for pattern in (
        r"\(expanded from:[ \t]*<?ADDRESS",
        r"^[ \t>]*(?:Intended |Undeliverable )?(?:Recipient|Address)(?: address)?:[ \t]*<?ADDRESS",
        r"^[ \t]*<ADDRESS>:?[ \t]*(?:$|\()",
        r"^[ \t]*<ADDRESS>: ",
        r"^[ \t>]*<?ADDRESS>?:? (?:Invalid Address|Error,|Domain does not exist|User unknown|unknown user)",
        r"^(?:<<< )?5\d\d[ -](?:5\.\d+\.\d+ )?<?ADDRESS>?(?:\.\.\.|[:,])",
        r"(?:undeliverable +to|unknown user:|invalid final delivery userid:|unknown address(?: error)?:?)"
        + _SO,
        r"(?:delivery failed \d+ attempts:|rejected recipient|delivering your mail to)" + _SO,
        r"(?:returned permanent errors:|Address:|no such user:?|>>> RCPT TO:)" + _SO,
    )
)
TRIGGER = re.compile(
    r"(?:address(?:\(?es\)?)? (?:had|below|follow)|following(?: e-?mail)?"
    r" (?:address|recipient|destination|user|mailbox)"
    r"|undeliverable|to the following:|failed recipients|(?:recipient|mailbox)(?:'s)? .{0,20}is full"
    r"|(?:not|n't|never) (?:yet )?(?:be(?:en)? )?(?:delivered|reached)"
    r"|(?:unable|failed|failure) (?:to|in) deliver"
    r"|delivery (?:to|has) |deliver(?:ed|ing)? (?:your |the )?(?:message|mail|it) to|undeliverable to"
    r"|did not (?:receive|reach)|recipient\(?s?\)?:|had (?:permanent|transient)|was not delivered"
    r"|list of recipients|awaiting delivery|problem(?:s)? (?:with|delivering)|recipients? (?:below|of)"
    r"|could not (?:send|be sent)|permanent(?: fatal)? errors?|failed recipient|zugestellt|destinataire)",
    re.IGNORECASE,
)
WORDS = re.compile(
    r"unknown|not exist|no such|does ?n.t (?:exist|have)|invalid|reject|refused|disabled|inactive|not found"
    r"|undeliver|not listed|unavailable|over ?quota|mailbox (?:is )?full|exceed|bounced|fail|blocked|denied"
    r"|\b5\d\d\b|\b5\.\d\.\d",
    re.IGNORECASE,
)
COPY = re.compile(
    r"^(?:[ \t]*-{2,}[ \t]*(?:Below this line|Original message|Unsent message|Message header|This is a copy"
    r"|The (?:body|header|unsent|original)|Returned (?:message|mail)|Included is|Undelivered message"
    r"|Below the next line)|[ \t|-]*(?:Message text follows|RETURNED MAIL FOLLOWS)"
    r"|[ \t]*(?:Old message|here is your returned mail):"
    r"|[ \t]*(?:Message headers follow|(?:Possibly truncated )?Original message (?:follows|attached)"
    r"|The original message (?:follows|is attached)"
    r"|Below is a copy of|Included below is|A copy of the original|Your original message)"
    r"|Received:[ \t]|Return-Path:[ \t]|DKIM-Signature:)",
    re.IGNORECASE | re.MULTILINE,
)
SUBJECT = re.compile(
    r"undeliver|deliver(?:y|ed)?\b.{0,40}(?:fail|error|problem|status|notif|report|delay)|fail(?:ed|ure)"
    r"|return(?:ed|ing)|mail(?: system)? error|could not be|unzustell|not delivered|bounce|warning|delayed"
    r"|non[- ]?remis|error sending|message status",
    re.IGNORECASE,
)
OFFICE = re.compile(
    r"mail (?:delivery|administrator|system|service|router)|system administrator|postmaster|mailer",
    re.IGNORECASE,
)
LATER = re.compile(
    r"warning (?:message )?only|still being (?:re)?tried|will (?:be )?(?:continue|retr|try|keep)"
    r"|not yet been delivered|delay(?:ed)?\b|do not need to resend|awaiting delivery",
    re.IGNORECASE,
)
GONE = re.compile(
    r"user(?:id)? ?(?:unknown|not found|does)|unknown (?:user|recipient|address|local|mailbox)|no such"
    r"|not exist|does ?n.t (?:exist|have an? )|not listed|no mailbox|mailbox (?:unavailable|not found)"
    r"|invalid (?:recipient|mailbox|address|final)|not a (?:valid|known)|addressee unknown|bad destination"
    r"|(?:account|mailbox|user) (?:has been |is |was )?(?:disabled|inactive|closed|deactivated|deleted)"
    r"|name was not found|unbekannt|not recognized|host unknown|domain (?:does not exist|not found)"
    r"|not (?:an? )?[\w-]+ e-?mail user",
    re.IGNORECASE,
)
# only from where a word begins: else every letter of a long word would be a beginning to try
ANY = re.compile(r"(?<![A-Za-z0-9!#$%&*+/=?^_`{|}~.-])" + _ADDRESS)
LINE_START = re.compile(rf"[\s>*\"'(\[-]*(?:mailto:|smtp:|rfc822;|to:)?\s*<?({_ADDRESS})", re.IGNORECASE)
STATUS = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
FIELD = re.compile(r"^[ \t>]*(?:Final|Original)-Recipient:([^\n]{0,400})", re.IGNORECASE | re.MULTILINE)
MID = re.compile(
    r"^[ \t>]*(?:x-)?(?:original-)?message-id:\s*<([^<>\s]{3,250})>", re.IGNORECASE | re.MULTILINE
)
