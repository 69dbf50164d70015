"""Writes a first ``pbx.toml``: what is known, and in comments what else could be said."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mockpbx.errors import UsageError
from mockpbx.manifest.facts import BASIC, FACTS

OF_ANY_LINE = {
    "virtual_number": "the number that is called",
    "stranger": "somebody whom the endpoint does not know",
}
"""What facts mean where there are no couriers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What goes into the file.

    Attributes:
        url: Address of the endpoint; ``${NAME}`` stands for an environment variable.
        facts: What is true behind it, by name.
        method: How it is asked.
        dialect: By which brand.
        headers: Sent with every request; values may hold ``${NAME}``.
        ca_file: Certificates to trust.
        scenario: The PBX scenario: a built-in name or a file.
        is_own_line: Nothing there is about couriers.
    """

    url: str
    facts: Mapping[str, str]
    method: str = "GET"
    dialect: str = "comagic"
    headers: Mapping[str, str] = field(default_factory=dict)
    ca_file: str | None = None
    scenario: str = "courier-line"
    is_own_line: bool = False


def text_of(draft: Draft) -> str:
    """Write the file.

    Raises:
        UsageError: Something holds a character that the file cannot hold.
    """
    return "\n".join([*_endpoint(draft), *_facts(draft), *_certify(), *_states(), ""])


def _endpoint(draft: Draft) -> Iterator[str]:
    yield "# What is known of an endpoint: pbx certify, pbx doctor and pbx replay read it."
    yield "# ${NAME} in the address or a header stands for an environment variable."
    yield ""
    yield "[endpoint]"
    yield f"url = {_quoted(draft.url)}"
    yield f"method = {_quoted(draft.method)}  # GET, POST-form, POST-json, POST-query"
    yield f"dialect = {_quoted(draft.dialect)}  # uis, comagic, callgear, novofon"
    yield '# deadline = "5s"  # how long the PBX waits; assumed, nobody documents it'
    if draft.headers:
        pairs = ", ".join(
            f"{_quoted(name)} = {_quoted(text)}" for name, text in draft.headers.items()
        )
        yield f"headers = {{ {pairs} }}"
    else:
        yield '# headers = { Authorization = "Bearer ${CRM_TOKEN}" }'
    if draft.ca_file is not None:
        yield f"ca_file = {_quoted(draft.ca_file)}"
    yield ""
    yield "[scenario]"
    yield f"use = {_quoted(draft.scenario)}  # a built-in name, or a file beside this one"


def _facts(draft: Draft) -> Iterator[str]:
    yield ""
    yield "# What is true behind the endpoint. Numbers are digits with the country code."
    yield "[facts]"
    if draft.is_own_line:
        for name, value in draft.facts.items():
            yield _line(name, value, OF_ANY_LINE.get(name, ""))
        return
    for name in BASIC:
        yield _line(name, draft.facts.get(name), FACTS[name].meaning)
    yield ""
    yield "# These make more cases apply."
    for name in FACTS:
        if name not in BASIC:
            yield _line(name, draft.facts.get(name), FACTS[name].meaning)
    for name in draft.facts:
        if name not in FACTS:
            yield _line(name, draft.facts[name], "")


def _line(name: str, value: str | None, what: str) -> str:
    pair = f'# {name} = ""' if value is None else f"{name} = {_quoted(value)}"
    return f"{pair:<40}  # {what}" if what else pair


def _certify() -> Iterator[str]:
    yield ""
    yield "# Your own features and call scripts, by which the endpoint is certified, too."
    yield "# [certify]"
    yield '# features = ["features"]'
    yield '# scripts = ["calls/*.yaml"]'


def _states() -> Iterator[str]:
    yield ""
    yield '# If the endpoint can be put into a state by POST {"state": …, "params": {…}}.'
    yield "# [states]"
    yield '# url = "http://127.0.0.1:8080/states"'


def _quoted(text: str) -> str:
    if not text.isprintable():
        raise UsageError("a value holds a control character; leave it out")
    # What JSON writes between quotes TOML reads the same, once nothing is a control character.
    return json.dumps(text, ensure_ascii=False)
