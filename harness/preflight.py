"""Before any case runs: is the endpoint there, and is what is declared of it right?

Nothing here judges an endpoint. It looks for what would make every judgement worthless: a
wrong address, a missing token, facts that cannot be true. The one call that is placed is a
stranger's, which changes nothing anywhere.
"""

import asyncio
import socket
from pathlib import Path

from harness import facts, manifest
from harness.answering import examine_answer
from harness.diagnosis import Blame, Diagnosis, Severity, ok, problem, warning
from harness.endpoint import UnreachableError
from harness.masking import without_secrets
from harness.reports.outcome import outcome
from harness.target import Target, from_manifest, from_url, opened
from mockpbx.callscript import library
from mockpbx.drivers.play import Performance, play
from mockpbx.errors import ExchangeFailed, FileError, UsageError
from mockpbx.faults.handshake import EXPIRED, NO_ISSUER, Handshake, shake_hands, trusting
from mockpbx.faults.spelling import host_and_port
from mockpbx.wire.target import split_target

_CONNECTED_WITHIN_S = 5.0
_LOOPBACK = ("localhost", "127.", "::1")


def run_preflight(where: Target | Path | str) -> tuple[Diagnosis, ...]:
    """Look at an endpoint before it is certified.

    Args:
        where: The endpoint; or the path of its manifest, or its address.

    Returns:
        What was looked at, in that order. What depends on something that is missing was
        not looked at.
    """
    if isinstance(where, Target):
        return asyncio.run(preflight(where))
    try:
        target = from_url(where) if isinstance(where, str) else _from_file(where)
    except UsageError as error:
        return unusable(error)
    first = (ok("manifest", str(where)),) if isinstance(where, Path) else ()
    return first + asyncio.run(preflight(target))


async def require(target: Target) -> tuple[Diagnosis, ...]:
    """Insist that an endpoint can be certified; give what is worth knowing.

    Raises:
        UnreachableError: It cannot be reached.
        UsageError: What is declared of it is wrong.
    """
    found = await preflight(target)
    for diagnosis in problems(found):
        if diagnosis.blame is Blame.ENDPOINT:
            continue  # the certification's own affair
        kind = UnreachableError if diagnosis.blame is Blame.UNREACHABLE else UsageError
        raise kind(f"{diagnosis.said}; {diagnosis.do}")
    return found


def problems(found: tuple[Diagnosis, ...]) -> tuple[Diagnosis, ...]:
    """Give what has to be mended first."""
    return tuple(one for one in found if one.severity is Severity.PROBLEM)


async def preflight(target: Target) -> tuple[Diagnosis, ...]:
    """Look at an endpoint: its address, the way there, one call, and the facts."""
    return (*await _reached(target), *examine_facts(target))


def _from_file(path: Path) -> Target:
    return from_manifest(manifest.load(path))


def unusable(error: UsageError) -> tuple[Diagnosis, ...]:
    """Say what is wrong with a manifest, line by line."""
    if not isinstance(error, FileError):
        return (problem("manifest", str(error), "mend it in pbx.toml"),)
    do = "mend this line; pbx init writes a manifest that is right"
    return tuple(problem("manifest", f"{error.source}, {one}", do) for one in error.problems)


def examine_facts(target: Target) -> tuple[Diagnosis, ...]:
    """Look at the facts: can they be true, and are there enough of them?"""
    wrong = tuple(facts.examine(target.facts, target.scenario))
    given = "1 fact" if len(target.facts) == 1 else f"{len(target.facts)} facts"
    return (
        *(wrong or (ok("facts", f"{given}, none of them impossible"),)),
        facts.coverage(target.facts, target.capabilities),
    )


# -- the way there ----------------------------------------------------------------------


async def _reached(target: Target) -> tuple[Diagnosis, ...]:
    """Go as far as it goes; each step needs the one before it."""
    steps = [_address(target)]
    if steps[-1].severity is Severity.PROBLEM:
        return tuple(steps)
    for step in (_name, _connection, _certificate, _call):
        try:
            found = await step(target)
        except UsageError as error:
            found = [problem("settings", str(error), "mend it in pbx.toml or the option")]
        steps += found
        if problems(tuple(found)):
            break
    return tuple(steps)


def _address(target: Target) -> Diagnosis:
    url = target.profile.url
    try:
        base = split_target(url).base
        host, _ = host_and_port(url)
    except UsageError as error:
        return problem("address", str(error), "give the endpoint's whole address")
    shown = without_secrets(url)
    if "#" in url:
        return warning("address", shown, "what follows the # is never sent; leave it out")
    if base.startswith("http:") and not host.startswith(_LOOPBACK):
        do = "personal numbers travel in the open; use https where the PBX is not on the same host"
        return warning("address", shown, do)
    return ok("address", shown)


async def _name(target: Target) -> list[Diagnosis]:
    host, port = host_and_port(target.profile.url)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(_CONNECTED_WITHIN_S):
            found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError, TimeoutError):
        do = "look for a slip in the name; a name of your own network needs its DNS"
        return [problem("name", f"{host} has no address", do, Blame.UNREACHABLE)]
    addresses = list(dict.fromkeys(str(item[4][0]) for item in found))
    return [ok("name", f"{host} is {', '.join(addresses[:3])}")] if addresses != [host] else []


async def _connection(target: Target) -> list[Diagnosis]:
    host, port = host_and_port(target.profile.url)
    try:
        async with asyncio.timeout(_CONNECTED_WITHIN_S):
            _, writer = await asyncio.open_connection(host, port)
    except TimeoutError:
        said = f"no connection to {host} port {port} within {_CONNECTED_WITHIN_S:g} s"
        do = "a firewall may drop it; or the host is down"
        return [problem("connection", said, do, Blame.UNREACHABLE)]
    except OSError:
        do = "start the endpoint, or mend the port in its address"
        said = f"nothing listens at {host} port {port}"
        return [problem("connection", said, do, Blame.UNREACHABLE)]
    writer.transport.abort()
    return [ok("connection", f"{host} port {port} takes connections")]


async def _certificate(target: Target) -> list[Diagnosis]:
    """Make a handshake, as the PBX would."""
    if "https" not in target.capabilities:
        return []
    async with opened(target) as bench:
        trust = trusting(bench.trust)
    try:
        found = await shake_hands(target.profile.url, trust, within_s=_CONNECTED_WITHIN_S)
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
    if found.refused in NO_ISSUER or "self-signed" in found.detail:
        do = (
            "if the authority is your own, name its file: --ca-file, or ca_file in [endpoint]; "
            "if not, let the server send its whole chain"
        )
        return problem("tls", said, do)
    do = "get one for this host, or give the name that it bears"
    return problem("tls", said, do, Blame.ENDPOINT)


async def _call(target: Target) -> list[Diagnosis]:
    async with opened(target) as bench:
        return await examine_answer(bench)


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


def calls_hold(target: Target) -> tuple[Diagnosis, ...]:
    """Place the calls that show whether the facts are true: a courier's and a stranger's."""
    return asyncio.run(_calls_hold(target))


async def _calls_hold(target: Target) -> tuple[Diagnosis, ...]:
    found = []
    async with opened(target) as bench:
        for text, do in _CALLS.items():
            script = library.read(text, source="a call that tries the facts")
            if script.missing(target.facts):
                continue
            performance = await play(script.bind(target.facts), bench.setting)
            found.append(_held(performance, script.model.title, do))
    return tuple(found)


def _held(performance: Performance, title: str, do: str) -> Diagnosis:
    misses = [miss for missed in performance.misses for miss in missed]
    if not misses:
        return ok("facts", title)
    said = "; ".join(
        f"{one.what}: expected {one.expected}, received {one.received}" for one in misses
    )
    lived = outcome(performance.calls[0].record)
    return problem("facts", f"{said} (the caller {lived})", do, Blame.ENDPOINT)
