"""Numbers of things, in words."""


def counted(number: int, word: str, words: str = "") -> str:
    """Return ``1 case`` or ``2 cases``."""
    return f"{number} {word if number == 1 else words or word + 's'}"
