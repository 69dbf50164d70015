"""Which facts the owner's own call scripts and features have somebody enter on a phone."""

import re
from collections.abc import Iterator

from mockpbx.callscript import library
from mockpbx.callscript.variables import names
from mockpbx.errors import FileError
from mockpbx.filemodel import read_text
from mockpbx.manifest.endpoint import Endpoint

_ENTERS = re.compile(r"\b(?:enters|набирает)\b[^\"\n]*\"([a-z][a-z0-9_]*)\"")
"""Such as: And the caller then enters "pin"."""


def entered_facts(endpoint: Endpoint) -> frozenset[str]:
    """Name the facts that are entered.

    Raises:
        FileError: A call script or a feature cannot be read.
    """
    return frozenset([*_by_scripts(endpoint), *_by_features(endpoint)]) & frozenset(endpoint.facts)


def _by_scripts(endpoint: Endpoint) -> Iterator[str]:
    for path in endpoint.scripts:
        for script in library.find(str(path)):
            for call in script.model.calls:
                # In another form, such as its first digits, it is meant to be cut short.
                plain = [text for text in call.dials if ":" not in text]
                yield from names(plain)


def _by_features(endpoint: Endpoint) -> Iterator[str]:
    for path in endpoint.features:
        yield from _ENTERS.findall(read_text(path, error=FileError))
