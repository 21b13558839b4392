"""Check a tree of YAML against a model and put every fault, with its place, into the owner's words.

Must never let a fault quote a value that may be a secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from daemon.config.nodes import Node, Place, Source
from daemon.config.problems import may_hold_a_secret, nearest, shown
from daemon.config.wording import WrongError

Model = TypeVar("Model", bound=BaseModel)
Path = tuple[str | int, ...]

BETTER_WAYS = (
    "use password_command: (pass, secret-tool, op), password_file:, keyring: yes or password_credential:"
)
SECRET_WAYS = (
    "password_command",
    "password_file",
    "password_credential",
    "keyring",
    "token_command",
    "sign_in",
)


def validate(model: type[Model], root: Node, source: Source) -> Model | None:
    """Return the model filled from the tree, or None with every fault told to the source."""
    try:
        return model.model_validate(root.plain())
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            _tell(model, root, source, fault)
        return None


def find(root: Node, path: Sequence[str | int]) -> Node:
    """Return the deepest node on a path that exists."""
    node = root
    for step in path:
        child = _child(node, step)
        if child is None:
            break
        node = child
    return node


def name_of(path: Iterable[str | int]) -> str:
    """Write a path for the owner: ``circles › family``."""
    said: list[str] = []
    for step in path:
        if isinstance(step, int):
            said[-1:] = [f"{said[-1]}[{step + 1}]" if said else f"[{step + 1}]"]
        else:
            said.append(step)
    return " › ".join(said)


def key_place(root: Node, path: Sequence[str | int]) -> Place:
    """Return where the last key of a path stands; the start of its mapping where it is missing."""
    parent = find(root, path[:-1])
    if path and isinstance(path[-1], str) and path[-1] in parent.keys:
        return parent.keys[path[-1]]
    if len(path) > 1 and isinstance(path[-2], str):
        return key_place(root, path[:-1])
    return Place(parent.place.line, parent.place.column)


def secret_problem(key: str) -> tuple[str, str]:
    """Return what to say of a literal secret."""
    return f"a secret never stands in this file, so {shown(key)} is refused", BETTER_WAYS


def _child(node: Node, step: str | int) -> Node | None:
    if isinstance(node.value, dict):
        return node.value.get(str(step))
    if isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
        return node.value[step]
    return None


def _tell(model: type[BaseModel], root: Node, source: Source, fault: Mapping[str, Any]) -> None:
    path: Path = _known_steps(root, fault["loc"])
    where = f" in {name_of(path[:-1])}" if len(path) > 1 else ""
    kind = fault["type"]
    if kind == "extra_forbidden":
        key = str(path[-1])
        said = _too_far_left(model, key) if len(path) == 1 else None
        source.fault(key_place(root, path), *(said or _unknown(key, _keys(model, path[:-1]), where)))
    elif kind == "missing":
        siblings = find(root, path[:-1]).keys
        if not any(_meant(key, _keys(model, path[:-1])) == path[-1] for key in siblings):
            source.fault(key_place(root, path), f"{shown(str(path[-1]))} is needed{where}")
    elif kind == "value_error":
        _tell_value(root, source, path, fault["ctx"]["error"])
    else:
        wanted = "a list" if kind == "list_type" else "a mapping (key: value)"
        node = find(root, path)
        place = node.place if isinstance(node.value, str) else key_place(root, path)
        what = shown(str(path[-1])) if path else "this file"
        source.fault(place, f"{what} should be {wanted}, not {node.kind}")


def _too_far_left(model: type[BaseModel], key: str) -> tuple[str, str] | None:
    """Say of a key at the margin that it belongs into a section, None if it is in none."""
    section = next((name for name in _keys(model, ()) if key in _keys(model, (name,))), "")
    if not section:
        return None
    return f"{shown(key)} stands at the margin", f"indent it by two spaces, below {section}:"


def _unknown(key: str, known: list[str], where: str) -> tuple[str, str]:
    """Say of an unknown key what it may have meant, or that it holds a secret."""
    meant = _meant(key, known)
    if may_hold_a_secret(key) and not meant:
        return secret_problem(key)
    return f"unknown setting {shown(key)}{where}", f"did you mean “{meant}”?" if meant else ""


def _meant(key: str, known: list[str]) -> str:
    """Return the key that a misspelt one means; ``pasword`` is no ``password_file``."""
    if key in known:
        return ""
    return nearest(key, known, 0.85 if may_hold_a_secret(key) else 0.6)


def _tell_value(root: Node, source: Source, path: Path, error: Exception) -> None:
    if path[-1:] == ("[key]",):
        source.fault(key_place(root, path[:-1]), str(error), getattr(error, "hint", ""))
        return
    node = find(root, path)
    secret = any(isinstance(step, str) and may_hold_a_secret(step) for step in path)
    own = isinstance(node.value, str) or isinstance(path[-1], int)
    place = node.place if own else key_place(root, path)
    if secret:
        source.fault(key_place(root, path), f"the value of {shown(str(path[-1]))} does not fit here")
    elif isinstance(error, WrongError):
        source.fault(place, str(error), error.hint)
    else:
        source.fault(place, "this value does not fit here")


def _known_steps(root: Node, loc: Sequence[str | int]) -> Path:
    """Drop the steps that pydantic adds for unions; the last one may be a key that is missing."""
    kept: list[str | int] = []
    node = root
    for index, step in enumerate(loc):
        child = _child(node, step)
        if child is None and index < len(loc) - 1:
            continue
        kept.append(step)
        node = child or node
    return tuple(kept)


def _keys(model: type[BaseModel], path: Path) -> list[str]:
    """Return the keys that may stand at a path of the file."""
    here: type[BaseModel] | None = model
    for step in path:
        if here is None or isinstance(step, int):
            continue
        fields = {(f.alias or name): f for name, f in here.model_fields.items()}
        if step in fields:
            here = _model_in(fields[step].annotation)
    if here is None:
        return []
    return [f.alias or name for name, f in here.model_fields.items()]


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = _model_in(part)
        if found is not None:
            return found
    return None


def ways_given(node: Mapping[str, Node]) -> list[str]:
    """Return the ways of getting a secret that a server's mapping names."""
    return [
        way
        for way in SECRET_WAYS
        if way in node
        and node[way].value is not None
        and not (way == "keyring" and str(node[way].value).lower() in {"no", "off", "false"})
    ]
