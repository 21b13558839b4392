"""The two palettes of the letter and its type. Every pair of text and ground is at least 4.5 to 1."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

SANS = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
SERIF = "Georgia,'Times New Roman',serif"

LIGHT: MappingProxyType[str, Any] = MappingProxyType(
    {
        "paper": "#f5f2eb",
        "card": "#ffffff",
        "rule": "#e8e3d8",
        "ink": "#1d2b2c",
        "mute": "#596869",
        "link": "#0b6670",
        "said": "#f7f5ef",
        "accent": "#0b6670",
        "button": "#0b6670",
        "label": "#ffffff",
        "tones": {
            "promise": "#8a4b08",
            "news": "#6b3a7d",
            "your turn": "#2d4f8f",
            "gone quiet": "#0b5a63",
            "new": "#2c6135",
            "wildcard": "#93304a",
        },
    }
)

DARK: MappingProxyType[str, Any] = MappingProxyType(
    {
        "paper": "#0f1516",
        "card": "#182122",
        "rule": "#273233",
        "ink": "#e8eeec",
        "mute": "#9fb1b0",
        "link": "#6fd0d5",
        "said": "#1f2a2b",
        "accent": "#4fb6bd",
        "button": "#58c3ca",
        "label": "#08282b",
        "tones": {
            "promise": "#f3c98b",
            "news": "#deb6ee",
            "your turn": "#a9c4f5",
            "gone quiet": "#8fdbe0",
            "new": "#a6dba9",
            "wildcard": "#f2b3bf",
        },
    }
)
