"""Before any case runs: is the endpoint there, and is what is declared of it right?

Nothing here judges an endpoint. It looks for what would make every judgement worthless: a
wrong address, a missing token, facts that cannot be true. The one call that is placed is a
stranger's, which changes nothing anywhere.
"""

import asyncio
import socket
import ssl
from collections.abc import Collection, Mapping
from functools import partial
from pathlib import Path

from harness.display.counting import counted
from harness.doctor import fact_checks
from harness.doctor.diagnosis import Blame, Diagnosis, Severity, ok, problem, warning
from harness.doctor.entered_facts import entered_facts
from harness.doctor.first_answer import examine_answer
from harness.endpoint.reachability import UnreachableError
from mockpbx.async_pbx import AsyncPbx, ScriptResult
from mockpbx.callscript import library
from mockpbx.core.observed import Observed
from mockpbx.core.scenario import Scenario
from mockpbx.drivers.turns import Pacing
from mockpbx.errors import ExchangeFailed, FileError, UsageError
from mockpbx.manifest import pbx_toml as manifest
from mockpbx.manifest.endpoint import Endpoint
from mockpbx.masking import without_secrets
from mockpbx.raw.connection import knock
from mockpbx.raw.handshake import EXPIRED, NO_ISSUER, SELF_SIGNED, Handshake, shake_hands, trusting
from mockpbx.result.outcome import outcome
from mockpbx.wire.address import split_url

_CONNECTED_WITHIN_S = 5.0
_LOOPBACK = ("localhost", "127.", "::1")


def run_preflight(where: Endpoint | Path | str) -> tuple[Diagnosis, ...]:
    """Look at an endpoint before it is certified.

    Args:
        where: The endpoint; or the path of its manifest, or its address.

    Returns:
        What was looked at, in that order. What depends on something that is missing was
        not looked at.
    """
    if isinstance(where, Endpoint):
        return asyncio.run(preflight(where))
    try:
        endpoint = Endpoint.at(where) if isinstance(where, str) else _from_file(where)
    except UsageError as error:
        return unusable(error)
    first = (ok("manifest", str(where)),) if isinstance(where, Path) else ()
    return first + asyncio.run(preflight(endpoint))


async def require(endpoint: Endpoint, pacing: Pacing | None = None) -> tuple[Diagnosis, ...]:
    """Insist that an endpoint can be certified; give what is worth knowing.

    Args:
        endpoint: The endpoint.
        pacing: How fast requests may follow one another.

    Raises:
        UnreachableError: It cannot be reached.
        UsageError: What is declared of it is wrong.
    """
    found = await preflight(endpoint, pacing)
    for diagnosis in problems(found):
        if diagnosis.blame is Blame.ENDPOINT:
            continue  # the certification's own affair
        kind = UnreachableError if diagnosis.blame is Blame.UNREACHABLE else UsageError
        raise kind(f"{diagnosis.said}; {diagnosis.do}")
    return found


def problems(found: tuple[Diagnosis, ...]) -> tuple[Diagnosis, ...]:
    """Return what has to be fixed first."""
    return tuple(one for one in found if one.severity is Severity.PROBLEM)


async def preflight(endpoint: Endpoint, pacing: Pacing | None = None) -> tuple[Diagnosis, ...]:
    """Look at an endpoint: its address, the way there, one call, and the facts."""
    return (*await _reached(endpoint, pacing), *_own_cases(endpoint))


def _from_file(path: Path) -> Endpoint:
    return Endpoint.described(manifest.load(path))


def unusable(error: UsageError) -> tuple[Diagnosis, ...]:
    """Say what is wrong with a manifest, line by line."""
    if not isinstance(error, FileError):
        return (problem("manifest", str(error), "correct it in pbx.toml"),)
    do = "correct this line; pbx init writes a manifest that is right"
    return tuple(problem("manifest", f"{error.source}, {one}", do) for one in error.problems)


def _own_cases(endpoint: Endpoint) -> tuple[Diagnosis, ...]:
    """Look at the facts, and at the call scripts and features that use them."""
    try:
        entered = entered_facts(endpoint)
    except FileError as error:
        wrong = (f"{error.source}, {one}" for one in error.problems)
        return tuple(problem("scripts", said, "correct this line") for said in wrong)
    return examine_facts(endpoint.facts, endpoint.scenario, entered)


def examine_facts(
    facts: Mapping[str, str], scenario: Scenario, entered: Collection[str] = ()
) -> tuple[Diagnosis, ...]:
    """Look at the facts: can they be true?"""
    wrong = tuple(fact_checks.examine(facts, scenario, entered))
    given = counted(len(facts), "fact")
    return (*(wrong or (ok("facts", f"{given}, none of them impossible"),)),)


# -- the way there ----------------------------------------------------------------------


async def _reached(endpoint: Endpoint, pacing: Pacing | None) -> tuple[Diagnosis, ...]:
    """Go as far as it goes; each step needs the one before it."""
    url = endpoint.profile.url
    try:
        address = split_url(url)
    except UsageError as error:
        return (problem("address", str(error), "give the endpoint's whole address"),)
    host, port = address.place
    steps = [_address(without_secrets(url), host)]
    for step in (
        partial(_name, host, port),
        partial(_connection, host, port),
        partial(_certificate, host, port, AsyncPbx(endpoint).trust),
        partial(_call, endpoint, pacing),
    ):
        try:
            found = await step()
        except UsageError as error:
            found = [problem("settings", str(error), "correct it in pbx.toml or the option")]
        steps += found
        if problems(tuple(found)):
            break
    return tuple(steps)


def _address(shown: str, host: str) -> Diagnosis:
    if "#" in shown:
        return warning("address", shown, "what follows the # is never sent; leave it out")
    if shown.lower().startswith("http:") and not host.startswith(_LOOPBACK):
        do = "personal numbers travel in the open; use https where the PBX is not on the same host"
        return warning("address", shown, do)
    return ok("address", shown)


async def _name(host: str, port: int) -> list[Diagnosis]:
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_CONNECTED_WITHIN_S):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError):
        do = "look for a slip in the name; a name of your own network needs its DNS"
        return [problem("name", f"{host} has no address", do, Blame.UNREACHABLE)]
    addresses = list(dict.fromkeys(str(item[4][0]) for item in found))
    return [ok("name", f"{host} is {', '.join(addresses[:3])}")] if addresses != [host] else []


_NO_CONNECTION = {
    Observed.CONNECT_TIMEOUT: "a firewall may drop it; or the host is down",
    Observed.DNS: "look for a slip in the name",
}


async def _connection(host: str, port: int) -> list[Diagnosis]:
    try:
        await knock(host, port, within_s=_CONNECTED_WITHIN_S)
    except ExchangeFailed as failed:
        do = _NO_CONNECTION.get(
            failed.observed, "start the endpoint, or correct the port in its address"
        )
        return [problem("connection", failed.detail, do, Blame.UNREACHABLE)]
    return [ok("connection", f"{host} port {port} takes connections")]


async def _certificate(host: str, port: int, trust: ssl.SSLContext | None) -> list[Diagnosis]:
    """Make a handshake, as the PBX would; there is none without certificates to trust."""
    if trust is None:
        return []
    try:
        found = await shake_hands(host, port, trusting(trust), within_s=_CONNECTED_WITHIN_S)
    except ExchangeFailed as failed:
        return [problem("tls", failed.detail, "start the endpoint", Blame.UNREACHABLE)]
    if found.done:
        until = found.certificate.get("notAfter")
        return [ok("tls", f"{found.version}; the certificate is trusted, until {until}")]
    return [_no_trust(found)]


def _no_trust(found: Handshake) -> Diagnosis:
    if found.refused is None:
        do = "if the port speaks plain HTTP, begin the address with http://"
        return problem("tls", f"no handshake: {found.detail}", do)
    said = f"the certificate is refused: {found.detail}"
    if found.refused in EXPIRED:
        return problem("tls", said, "renew it; until then no call gets through", Blame.ENDPOINT)
    if found.refused in NO_ISSUER | SELF_SIGNED:
        do = (
            "if the authority is your own, name its file: --ca-file, or ca_file in [endpoint]; "
            "if not, let the server send its whole chain"
        )
        return problem("tls", said, do)
    do = "get one for this host, or give the name that it bears"
    return problem("tls", said, do, Blame.ENDPOINT)


async def _call(endpoint: Endpoint, pacing: Pacing | None) -> list[Diagnosis]:
    async with AsyncPbx(endpoint, pacing=pacing) as pbx:
        return await examine_answer(pbx)


# -- whether the facts hold ---------------------------------------------------------------

_COURIER = """
id: courier-reaches-the-customer
title: courier enters order and is connected with customer
calls:
  - from: "${courier}"
    dials: ["${order}"]
    expect: {reaches: "${customer}"}
"""
_STRANGER = """
id: stranger-is-refused
title: stranger enters order and is not connected with customer
calls:
  - from: "${stranger}"
    dials: ["${order}"]
    hangs_up: {while: digits, nth: 2}
    expect: {answers: valid, never_dials: ["${customer}"], never_reaches: ["${customer}"]}
"""
_CALLS = {
    _COURIER: "is courier known to the endpoint by this number, and order open and theirs?",
    _STRANGER: "is stranger's number unknown to the endpoint? If it is, look into the endpoint",
}
"""Calls that show whether the facts hold, without a single wrong order; what to look for."""


def calls_hold(endpoint: Endpoint) -> tuple[Diagnosis, ...]:
    """Place the calls that show whether the facts are true: a courier's and a stranger's."""
    return asyncio.run(_calls_hold(endpoint))


async def _calls_hold(endpoint: Endpoint) -> tuple[Diagnosis, ...]:
    found = []
    async with AsyncPbx(endpoint) as pbx:
        for text, do in _CALLS.items():
            script = library.read(text, source="a call that tries the facts")
            if script.missing(endpoint.facts):
                continue
            performance = await pbx.play(script)
            found.append(_held(performance, script.model.title, do))
    return tuple(found)


def _held(performance: ScriptResult, title: str, do: str) -> Diagnosis:
    misses = [miss for missed in performance.misses for miss in missed]
    if not misses:
        return ok("facts", title)
    said = "; ".join(
        f"{one.what}: expected {one.expected}, received {one.received}" for one in misses
    )
    lived = outcome(performance.calls[0].record)
    return problem("facts", f"{said} (the caller {lived})", do, Blame.ENDPOINT)
