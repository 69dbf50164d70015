"""The register of endpoints: what each is like, and the case that must notice.

A class of a few lines is registered by a decorator; its name and the first line of its
docstring tell what is wrong with it::

    @broken("REPLY-012")
    class KeyPhone(CourierLine):
        \"\"\"Names the customer under `phone` instead of `phones`.\"\"\"
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeVar

from harness.certify.model import Verdict
from mockpbx.wire.request import Dialect, Method
from tests.broken_endpoints.certificates import Certificate
from tests.broken_endpoints.crm import FACTS

Line = TypeVar("Line", bound=type)


class Style(Enum):
    """What an endpoint is made with."""

    PLAIN = "http.server"
    RAW = "asyncio streams"
    FLASK = "Flask"
    NODE = "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An endpoint of this folder, and what its manifest says.

    Attributes:
        name: Of small words.
        what: What is wrong with it, or what its style is; one sentence.
        style: What it is made with.
        make: Makes it; None where another program does.
        caught_by: The case that must notice; None for a correct one.
        after: Cases that must have been run before, for it to go wrong.
        verdict: What that case comes to.
        method: How it wants to be asked.
        dialect: By which brand.
        deadline_s: How long the PBX waits; short where waiting is the point.
        certificate: What it shows where it is reached through TLS.
        jobs: Cases run at once.
        states: Whether it declares a states address.
        facts: What is declared to be true behind it.
        remarks: Verdicts other than pass that a correct one may get, by case, and why.
    """

    name: str
    what: str
    style: Style
    make: Callable[[], Any] | None = None
    caught_by: str | None = None
    after: tuple[str, ...] = ()
    verdict: Verdict = Verdict.FAIL
    method: Method = Method.GET
    dialect: Dialect = Dialect.COMAGIC
    deadline_s: float = 5.0
    certificate: Certificate | None = None
    jobs: int = 4
    states: bool = False
    facts: Mapping[str, str]
    remarks: Mapping[str, str]


_REGISTER: dict[str, Endpoint] = {}


def broken(caught_by: str, style: Style = Style.PLAIN, **manifest: Any) -> Callable[[Line], Line]:
    """Register a class as an endpoint that a case must catch."""
    return _registering(style, caught_by=caught_by, **manifest)


def correct(style: Style = Style.PLAIN, **manifest: Any) -> Callable[[Line], Line]:
    """Register a class as an endpoint that no case may fail."""
    return _registering(style, **manifest)


def _registering(style: Style, **manifest: Any) -> Callable[[Line], Line]:
    def register(line: Line) -> Line:
        what = (line.__doc__ or "").strip().splitlines()[0]
        enter(kebab(line.__name__), what, style, make=line, **manifest)
        return line

    return register


def enter(name: str, what: str, style: Style, **manifest: Any) -> None:
    """Enter an endpoint into the register."""
    if name in _REGISTER:
        raise ValueError(f"two endpoints are called {name}")
    manifest = {"facts": FACTS, "remarks": {}} | manifest
    _REGISTER[name] = Endpoint(name=name, what=what, style=style, **manifest)


def registered() -> Mapping[str, Endpoint]:
    """Return what is in the register."""
    return _REGISTER


def kebab(name: str) -> str:
    """Spell ``KeyPhone`` as ``key-phone``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()
