"""Names of people: how alike two spellings are, robust to order, accents, initials and nicknames.

Pure. A single word is never enough, and an address is no name: two people called Ana are two people.
"""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum
from functools import lru_cache
from itertools import combinations

from store.addresses import local_part, name_key
from store.facts import Person

_NICKNAMES = """
    abigail abby; alexander alexandra alex sasha sandy xander; alfred alf fred; andrew andreas andy drew;
    anthony antonio tony toni; benjamin ben benny; bernard bernd bernie; catherine katherine katharina
    kathryn cathy kathy kate katie käthe; charles carlos karl charlie chuck; christina christine chris
    tina; christopher christian chris kit; daniel danny dan; david dave; deborah debbie; dennis denny;
    dominic dominik nick; donald don; edward eduard eduardo ed eddie ted ned; elizabeth elisabeth liz
    lizzy beth betty lisa elise; eugene gene; ferdinand ferdi; francis francisco franz francesco frank
    paco pancho; frederick friedrich fred fritz; gerald gerard jerry; gregory greg; guillermo memo;
    heinrich henry harry heinz hank; ignacio nacho; jacob jakob jake; james jaime jim jimmy jamie;
    jennifer jen jenny; jessica jess; johannes johann john jonathan juan giovanni hans hannes jack jon;
    joseph josef jose giuseppe joe sepp pepe beppe; joshua josh; judith judy; kenneth ken kenny;
    laurence lawrence larry; leonard leonardo leo len; louis luis ludwig lou; manuel manolo; margaret
    margarete margarita maggie meg peggy gretel greta rita; martin marty; mary maria marie molly polly;
    matthew matthias mateo matt; michael miguel michele mike mick micha; nathaniel nathan nate; nicholas
    nikolaus nicolas nick klaus nico; pamela pam; patricia pat patty trish; patrick pat paddy; peter
    pedro pete; philip philipp felipe phil; rebecca becky; richard ricardo rick rich dick; robert
    roberto rob bob bobby; ronald ron; samuel samantha sam; sebastian seb basti; stephen steven stefan
    stephan esteban steve; susan susanne suzanne sue susi; terence terry; theodore theodor ted theo;
    thomas tomas tom tommy; timothy tim; tobias toby tobi; ulrich uli; valentin val; victoria vicky;
    vincent vince; wilhelm william guillermo bill billy will willi liam; wolfgang wolf; zachary zach
"""
_FAMILIES: dict[str, set[int]] = {}
for _number, _family in enumerate(_NICKNAMES.split(";")):
    for _name in _family.split():
        _FAMILIES.setdefault(name_key(_name), set()).add(_number)
_LETTER = re.compile(r"(?<![^\W_])([^\W\d_])(?=\.|\s|,|$)")
_NUMBER = re.compile(r"[._-]?\d+$")
_ONE_WORD = re.compile(r"[a-z]{5,}")
_LOCAL = re.compile(r"[a-z]{2,}(?:[._-][a-z]{2,}){1,2}")


class Alike(IntEnum):
    """How alike two names are: not, by an initial, by a nickname, or the same in full."""

    NOT = 0
    INITIAL = 1
    NICKNAME = 2
    FULL = 3


def alike(one: str, other: str) -> Alike:
    """Return how alike two display names are; names of a single word are alike to nothing."""
    a, b = _words(one), _words(other)
    shared = a & b
    if len(shared) >= 2 and (a <= b or b <= a):
        return Alike.FULL
    if len(a) >= 2 and len(a) == len(b) and len(shared) == len(a) - 1 and shared:
        (left,), (right,) = a - b, b - a
        if _FAMILIES.get(left, set()) & _FAMILIES.get(right, set()):
            return Alike.NICKNAME
    if _is_shortened(one, other) or _is_shortened(other, one):
        return Alike.INITIAL
    return Alike.NOT


def full(name: str) -> bool:
    """Tell whether a name has at least two words, so that it can stand for one person."""
    return len(_words(name)) >= 2


def from_address(address: str) -> str:
    """Return the name that a local part spells (``ana.ribeiro``), or nothing."""
    local = _NUMBER.sub("", local_part(address).split("+")[0])
    return re.sub(r"[._-]", " ", local) if _LOCAL.fullmatch(local) else ""


def initialled(address: str) -> str:
    """Return the name that one word before the @ may shorten (``aribeiro``: ``A. Ribeiro``), or nothing."""
    local = local_part(address).split("+")[0]
    return f"{local[0]}. {local[1:]}".title() if _ONE_WORD.fullmatch(local) else ""


def addressable(person: Person) -> bool:
    """Tell whether a letter can call somebody by name: a handle (``jwhite7``) is none."""
    local = local_part(person.main.address)
    return bool(person.name or from_address(person.main.address)) or name_key(local) in _FAMILIES


def called(person: Person) -> str:
    """Return what to show a person as: the name, else the one the address spells, else the address."""
    address = person.main.address
    return person.name or from_address(address).title() or address


def words_of(name: str) -> frozenset[str]:
    """Return the words of a name without case, accents, titles and initials."""
    return _words(name)


def meeting_points(name: str) -> set[str]:
    """Return keys of which two names that are alike share at least one, and others hardly ever.

    Two words in common; a word and a family of nicknames; a family name and a first letter.
    """
    words = _words(name)
    points = {f"{a} {b}" for a, b in combinations(sorted(words), 2)}
    for word in words:
        for other in words - {word}:
            points |= {f"{word} #{family}" for family in _FAMILIES.get(other, ())}
    if len(words) == 1:
        (family_name,) = words
        points |= {f"{family_name} {_fold(letter)}." for letter in _LETTER.findall(name)}
    elif words:
        family_name = _family_name(name)
        points |= {f"{family_name} {other[0]}." for other in words - {family_name}}
    return points


@lru_cache(maxsize=16_384)
def _words(name: str) -> frozenset[str]:
    return frozenset(name_key(name).split())


def _is_shortened(short: str, long: str) -> bool:
    """Tell whether ``A. Ribeiro`` shortens ``Ana Ribeiro``: family name in full, given name by its letter."""
    family = _words(short)
    if len(family) != 1 or "@" in short or not full(long):
        return False
    (word,) = family
    given = _words(long) - {word}
    if word != _family_name(long) or not given:
        return False
    letters = {_fold(letter) for letter in _LETTER.findall(short)}
    return bool(letters) and all(any(g.startswith(letter) for g in given) for letter in letters)


def _family_name(name: str) -> str:
    """Return the key of the family name: before a comma, else the last word."""
    before, comma, _ = name.partition(",")
    words = name_key(before).split() if comma else []
    if len(words) == 1:
        return words[0]
    spelt = [key for word in name.split() if (key := name_key(word)) and " " not in key]
    return spelt[-1] if spelt else ""


def _fold(letter: str) -> str:
    return unicodedata.normalize("NFKD", letter.casefold())[0]
