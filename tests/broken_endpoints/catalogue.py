"""All endpoints of this folder."""

from collections.abc import Mapping

from tests.broken_endpoints import (
    correct_frameworks,
    correct_lines,
    correct_wire,
    wrong_bodies,
    wrong_crowd,
    wrong_disclosure,
    wrong_encodings,
    wrong_errors,
    wrong_flask,
    wrong_framing,
    wrong_http,
    wrong_instructions,
    wrong_memory,
    wrong_node,
    wrong_nothing,
    wrong_patience,
    wrong_phones,
    wrong_reading,
    wrong_recognition,
    wrong_tls,
)
from tests.broken_endpoints.register import Endpoint, registered

_MODULES = (
    correct_lines,
    correct_wire,
    correct_frameworks,
    wrong_bodies,
    wrong_encodings,
    wrong_instructions,
    wrong_phones,
    wrong_framing,
    wrong_http,
    wrong_reading,
    wrong_memory,
    wrong_crowd,
    wrong_errors,
    wrong_disclosure,
    wrong_nothing,
    wrong_patience,
    wrong_recognition,
    wrong_flask,
    wrong_node,
    wrong_tls,
)
"""They register their endpoints when they are imported."""


def endpoints() -> Mapping[str, Endpoint]:
    """Return all endpoints by name."""
    return registered()


def broken_ones() -> Mapping[str, Endpoint]:
    """Return the broken ones by name."""
    return {name: one for name, one in endpoints().items() if one.caught_by is not None}


def correct_ones() -> Mapping[str, Endpoint]:
    """Return the correct ones by name."""
    return {name: one for name, one in endpoints().items() if one.caught_by is None}
