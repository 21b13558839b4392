"""YAML as a tree of text with places: every scalar stays what the owner wrote.

Built from the event stream of ruamel.yaml, so that the traps of YAML never get a chance: ``no`` is
text, ``7:30`` is not 450, a repeated key is a fault, and tags, anchors and aliases are refused.
Must never construct objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from daemon.config.problems import shown, source_lines
from store.errors import Problem

MAX_DEPTH = 20
_NOTHING = {"", "~", "null", "Null", "NULL"}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: 1-based line and column, and how many columns it takes."""

    line: int
    column: int
    width: int = 1


@dataclass(slots=True)
class Node:
    """A scalar (text, or None for nothing), a list of nodes or a mapping of nodes, with its place.

    ``keys`` are the places of a mapping's keys.
    """

    value: str | list[Node] | dict[str, Node] | None
    place: Place
    keys: dict[str, Place] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """What it is, in the owner's words."""
        if isinstance(self.value, dict):
            return "a mapping"
        if isinstance(self.value, list):
            return "a list"
        return "nothing" if self.value is None else "text"

    def plain(self) -> object:
        """Return text, None, lists and dicts only."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def get(self, key: str) -> Node | None:
        """Return the child of a mapping, None where there is none."""
        return self.value.get(key) if isinstance(self.value, dict) else None


class _RefusedError(Exception):
    """The file cannot be read on from here."""


class Source:
    """One YAML file being read: its lines, its faults so far."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.lines = source_lines(text)
        self.problems: list[Problem] = []
        self._told: set[Problem] = set()
        self._text = text
        self._events: Iterator[Event] = iter(())

    def fault(self, place: Place, message: str, hint: str = "") -> None:
        """Remember a fault at a place."""
        line = self.lines[place.line - 1] if 0 < place.line <= len(self.lines) else ""
        found = Problem(self.file, place.line, place.column, message, line, place.width, hint)
        if found not in self._told:
            self._told.add(found)
            self.problems.append(found)

    def read(self) -> Node:
        """Return the tree; a file without content is an empty mapping. Faults are remembered."""
        empty = Node({}, Place(1, 1))
        try:
            self._events = YAML(typ="safe", pure=True).parse(self._text)
            return self._document() or empty
        except _RefusedError:
            pass
        except MarkedYAMLError as error:
            opened = "quoted scalar" in str(error.context) or "flow" in str(error.context)
            mark = (error.context_mark if opened else None) or error.problem_mark or error.context_mark
            place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
            self.fault(place, *_syntax(error, self.lines, place))
        except (YAMLError, ValueError) as error:  # the reader's own: a character YAML forbids
            position = getattr(error, "position", None)
            before = self._text[: position or 0]
            place = Place(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)
            self.fault(place, "a character that YAML does not allow stands here")
        return empty

    def _document(self) -> Node | None:
        root: Node | None = None
        documents = 0
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._stop(event, "a second document begins here; one file holds one document")
            elif isinstance(event, ScalarEvent | SequenceStartEvent | MappingStartEvent | AliasEvent):
                root = self._node(event, 0)
        return root

    def _node(self, event: Event, depth: int) -> Node:
        place = _place(event)
        if isinstance(event, AliasEvent):
            # never followed: a few lines of aliases can stand for more text than memory holds
            self.fault(place, "aliases (*name) are not used here; write the value out")
            return Node(None, place)
        if getattr(event, "anchor", None) is not None:
            self.fault(_short(place), "anchors (&name) are not used here; write the value out")
        if getattr(event, "tag", None) is not None:
            self.fault(_short(place), "tags (!name) are not used here; write plain text")
        if depth > MAX_DEPTH:
            self._stop(event, "nested too deeply")
        if isinstance(event, ScalarEvent):
            said = _text(event)
            return Node(None if event.style is None and said in _NOTHING else said, place)
        if isinstance(event, SequenceStartEvent):
            return Node(list(self._items(depth)), place)
        return self._mapping(place, depth)

    def _items(self, depth: int) -> Iterator[Node]:
        for event in self._events:
            if isinstance(event, SequenceEndEvent):
                return
            yield self._node(event, depth + 1)

    def _mapping(self, place: Place, depth: int) -> Node:
        node = Node({}, place)
        assert isinstance(node.value, dict)
        for event in self._events:
            if isinstance(event, MappingEndEvent):
                break
            if not isinstance(event, ScalarEvent) or _dressed(event):
                self._stop(event, "a key must be plain text")
            key, key_place = _text(event), _place(event)
            child = self._node(next(self._events), depth + 1)
            if key in node.value:
                first = node.keys[key].line
                self.fault(key_place, f"{shown(key)} is repeated; it stands in line {first} already")
                continue
            node.value[key] = child
            node.keys[key] = key_place
        return node

    def _stop(self, event: Event, message: str) -> None:
        self.fault(_place(event), message)
        raise _RefusedError


def _place(event: Event) -> Place:
    start, end = event.start_mark, event.end_mark
    width = end.column - start.column if end.line == start.line else 1
    return Place(start.line + 1, start.column + 1, max(1, width))


def _dressed(event: Event) -> bool:
    return getattr(event, "anchor", None) is not None or getattr(event, "tag", None) is not None


def _text(event: Event) -> str:
    return str(getattr(event, "value"))  # noqa: B009 - slots that mypy cannot see


def _short(place: Place) -> Place:
    return Place(place.line, place.column)


_SYNTAX = (
    ("\\t", "a tab stands here; YAML is indented with spaces", ""),
    (
        "mapping values are not allowed",
        "a colon stands where none can be",
        "put text with a colon in quotation marks",
    ),
    ("could not find expected ':'", "a colon is missing after the key", "write key: value"),
    ("quoted scalar", "a quotation mark is opened and never closed", ""),
    ("flow ", "a bracket or a comma is missing or too many", ""),
    ("block ", "the indentation does not fit the lines above", ""),
)


def _syntax(error: MarkedYAMLError, lines: tuple[str, ...], place: Place) -> tuple[str, str]:
    """Put a syntax error into the owner's words; its own text may quote the file, so it stays out."""
    said = f"{error.context or ''} {error.problem or ''}"
    line = lines[place.line - 1] if place.line <= len(lines) else ""
    if "mapping values" in said and ":" not in line[: place.column - 1]:
        return "this line is indented too far, or the one above lacks its colon", ""
    for sign, message, hint in _SYNTAX:
        if sign in said:
            return message, hint
    start = line[place.column - 1 : place.column]
    if start and start in "@`%&*!|>":
        return f"text cannot begin with {start} unless it is in quotation marks", ""
    return "this is not YAML from here on", ""
