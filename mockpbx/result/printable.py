"""Text of an endpoint, made harmless for a terminal."""


def visible(text: str) -> str:
    r"""Show control characters, e.g. of an announcement, as ``\x1b``; lines stay lines."""
    return "".join(
        letter
        if letter.isprintable() or letter == "\n"
        else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )
