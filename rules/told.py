"""What digwell answers to each verb: one short sentence without the name, for receipts and the terminal.

Pure. The verb never comes first, so that no answer can be read as a command when it is quoted back.
"""

from __future__ import annotations

from collections.abc import Mapping

TOLD: Mapping[str, str] = {
    "done": "noted as met or written to; the clock starts afresh",
    "done.text": "noted as met or written to, with your words",
    "log": "noted as met or written to; the clock starts afresh",
    "log.text": "noted as met or written to, with your words",
    "snooze": "back from {day} on",
    "skip": "left out this time",
    "skip.pair": "need not meet {other}; not brought up again",
    "never": "will not be named again",
    "slower": "less often from now on",
    "faster": "more often from now on",
    "every": "wanted {length} from now on",
    "note": "remembered “{text}”",
    "gave": "your help is written down: “{text}”",
    "asked": "your request is written down: “{text}”",
    "promised": "your promise is written down: “{text}”",
    "promised.by": "your promise is written down, by {day}: “{text}”",
    "kept": "promise kept",
    "release": "promise let go",
    "introduced": "brought together with {other}; written down",
    "same": "one person with {other} from now on",
    "same.already": "already one person with {other}",
    "different": "someone else than {other} from now on",
    "friend": "counts as a person from now on",
    "not-a-person": "counts as a robot from now on",
    "tag": "carries the tag “{text}”",
    "untag": "no longer carries the tag “{text}”",
    "pause": "no weekly mail before {day}",
    "resume": "the weekly mail comes again",
    "people": "{text} people a week from now on",
    "now": "this week's mail comes at once",
    "draft": "a reply will be in your Drafts folder",
    "yes": "agreed",
    "undo": "taken back: {text}",
    "undo.none": "there is nothing to take back",
    "already": "was so already",
}


def told(key: str, **values: str) -> str:
    """Return the sentence of that key with its fields filled in."""
    text = TOLD[key]
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text


SHORT: Mapping[str, str] = {
    "done": "{name} done",
    "log": "{name} done",
    "snooze": "{name} later",
    "skip": "{name} not this time",
    "never": "{name} no more",
    "slower": "{name} less often",
    "faster": "{name} more often",
    "every": "{name} at a rhythm of your own",
    "note": "a word on {name}",
    "gave": "a favour to {name}",
    "asked": "a favour from {name}",
    "promised": "a promise to {name}",
    "kept": "a promise to {name} kept",
    "release": "a promise to {name} let go",
    "introduced": "{name} and {other} introduced",
    "same": "{name} and {other} one person",
    "different": "{name} and {other} two people",
    "friend": "{name} a person",
    "not-a-person": "{name} a robot",
    "tag": "{name} tagged",
    "untag": "{name} untagged",
    "pause": "a pause",
    "resume": "an end to the pause",
    "people": "another number of people",
}


def in_short(verb: str, name: str, other: str = "") -> str:
    """Return what was said in a few words, for the next letter; "" for a verb that needs none."""
    return SHORT.get(verb, "").replace("{name}", name).replace("{other}", other)
