"""What a template leaves behind when nobody fills it."""

import re

_PLACES = re.compile(
    r"\{\{.*?\}\}"  # {{phone}}
    r"|\{%.*?%\}"
    r"|\$\{[^}]*\}"  # ${phone}
    r"|<\?(?:php|=)"
    r"|%\([A-Za-z_]\w*\)[sd]"  # %(phone)s
    r"|%[sd](?![A-Za-z])"
    r"|\{[A-Za-z_]\w*\}"  # {phone}
    r"|\[object Object\]"
)
_WORDS = frozenset({"None", "null", "undefined", "NaN", "nil"})


def unfilled(text: str) -> bool:
    """Tell whether a text holds the place of a value instead of the value."""
    return text.strip() in _WORDS or _PLACES.search(text) is not None
