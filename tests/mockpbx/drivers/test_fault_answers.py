"""Every failure that a script can put in the place of an outcome, and when it strikes."""

from __future__ import annotations

import gzip
import itertools
from math import inf, nan
from typing import TYPE_CHECKING, Any

import pytest

from mockpbx.callscript.model import Repeat
from mockpbx.core.observed import Failure, Observed
from mockpbx.drivers.lockstep import AsgiTransport, LockstepPace
from mockpbx.errors import ExchangeFailed, UsageError
from mockpbx.faults.answers import Injection, injection
from mockpbx.faults.plan import ANSWERS, BROKEN, FAULTS, NOT_CONNECTED, TIME, Fault, When
from mockpbx.result.call_result import CallResult
from mockpbx.wire.messages import HttpReply
from mockpbx.wire.reply import Instructed, read

if TYPE_CHECKING:
    from mockpbx.drivers.lockstep import Message
    from tests.mockpbx.drivers.conftest import Bench

URL = "http://endpoint.invalid/crm"

OBSERVED = {
    "tcp.refused": Observed.REFUSED,
    "tcp.connect_timeout": Observed.CONNECT_TIMEOUT,
    "dns.unknown": Observed.DNS,
    "tls.expired": Observed.TLS,
    "tls.wrong_host": Observed.TLS,
    "tls.self_signed": Observed.TLS,
    "tcp.reset": Observed.RESET,
    "tcp.reset_mid_body": Observed.RESET,
    "tcp.eof_empty": Observed.EOF_EMPTY,
    "tcp.eof_mid_body": Observed.EOF_PARTIAL,
    "http.framing": Observed.FRAMING,
    "time.silence": Observed.DEADLINE,
    "http.status": Observed.HTTP_STATUS,
    "http.redirect": Observed.REDIRECT,
    "http.content_type": Observed.CONTENT_TYPE,
    "http.not_gzip": Observed.CONTENT_ENCODING,
    "http.body": Observed.JSON_SYNTAX,
    "http.oversize": Observed.OVERSIZE,
    "json.empty": Observed.JSON_SYNTAX,
    "json.truncated": Observed.JSON_SYNTAX,
    "json.trailing": Observed.JSON_SYNTAX,
    "json.bom": Observed.JSON_NOT_STRICT,
    "json.windows_1251": Observed.CHARSET,
    "json.utf_16": Observed.CHARSET,
    "json.nan": Observed.JSON_NOT_STRICT,
    "json.duplicate_key": Observed.JSON_NOT_STRICT,
    "json.string": Observed.JSON_SHAPE,
    "json.array": Observed.JSON_SHAPE,
    "json.null": Observed.JSON_SHAPE,
    "json.html": Observed.JSON_SYNTAX,
    "json.warning_before": Observed.JSON_SYNTAX,
    "json.depth": Observed.OVERSIZE,
}
"""What the PBX sees of each; `time.delay` alone does nothing without its number."""

ANSWER = b'{"phones": ["79175968108"], "text": "Wait."}'


class Endpoint:
    """An application that answers the same to all and counts who asked."""

    def __init__(self, body: bytes = ANSWER, status: int = 200, **headers: str) -> None:
        self.asked = 0
        self._body = body
        self._start: Message = {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"application/json"),
                *(
                    (name.replace("_", "-").encode(), text.encode())
                    for name, text in headers.items()
                ),
            ],
        }

    async def __call__(self, _scope: Message, _receive: Any, send: Any) -> None:
        self.asked += 1
        await send(self._start)
        await send({"type": "http.response.body", "body": self._body})


async def _play(bench: Bench, endpoint: Endpoint, *rules: Fault, **part: Any) -> CallResult:
    transport = AsgiTransport(endpoint)
    return await bench.call(URL, transport, LockstepPace(), faults=rules, **part)


def test_the_table_of_these_tests_holds_every_failure() -> None:
    assert set(OBSERVED) | {"time.delay"} == FAULTS
    assert sum(map(len, (NOT_CONNECTED, BROKEN, TIME, ANSWERS))) == len(FAULTS)


@pytest.mark.parametrize("fault", sorted(OBSERVED))
def test_each_failure_is_seen_as_what_it_is(fault: str, bench: Bench) -> None:
    async def test() -> None:
        endpoint = Endpoint()
        played = await _play(bench, endpoint, Fault(fault=fault))
        exchange = bench.fell_back(played, OBSERVED[fault])
        assert exchange.injected == (fault,)
        assert endpoint.asked == (0 if fault in NOT_CONNECTED else 1)
        failure = played.record.requests[0].failure
        assert failure is not None
        if fault in NOT_CONNECTED:
            assert exchange.observed is None
            assert exchange.reply is None
        else:
            assert exchange.reply is not None
            assert exchange.reply.body == ANSWER
            assert isinstance(exchange.observed, Instructed)
        if fault not in TIME:
            assert failure.injected
            assert exchange.seen == failure

    bench.run(test())


@pytest.mark.parametrize("fault", sorted(set(OBSERVED) - set(NOT_CONNECTED)))
def test_each_failure_is_seen_though_the_endpoint_compresses_its_answers(
    fault: str, bench: Bench
) -> None:
    async def test() -> None:
        endpoint = Endpoint(gzip.compress(ANSWER), content_encoding="gzip")
        exchange = bench.fell_back(
            await _play(bench, endpoint, Fault(fault=fault)), OBSERVED[fault]
        )
        assert isinstance(exchange.observed, Instructed)

    bench.run(test())


@pytest.mark.parametrize("fault", sorted(set(OBSERVED) - {"time.silence"}))
def test_each_failure_is_seen_though_the_endpoint_itself_gives_nothing(
    fault: str, bench: Bench
) -> None:
    async def raises(_scope: Message, _receive: Any, _send: Any) -> None:
        raise LookupError

    async def test() -> None:
        played = await bench.call(
            URL, AsgiTransport(raises), LockstepPace(), faults=[Fault(fault=fault)]
        )
        exchange = bench.fell_back(played, OBSERVED[fault])
        assert isinstance(exchange.seen, Failure)
        assert exchange.seen.injected
        if fault not in NOT_CONNECTED:
            assert isinstance(exchange.observed, Failure)
            assert exchange.observed.observed is Observed.EOF_EMPTY
            assert not exchange.observed.injected

    bench.run(test())


def test_an_altered_answer_that_was_badly_compressed_stays_so(bench: Bench) -> None:
    async def test() -> None:
        endpoint = Endpoint(b"no gzip", content_encoding="gzip")
        played = await _play(bench, endpoint, Fault(fault="json.trailing"))
        bench.fell_back(played, Observed.CONTENT_ENCODING)

    bench.run(test())


def test_a_failure_of_the_endpoint_itself_is_not_called_injected(bench: Bench) -> None:
    async def test() -> None:
        played = await _play(bench, Endpoint(b"no"), Fault(fault="time.delay", at=1))
        exchange = bench.fell_back(played, Observed.JSON_SYNTAX)
        assert exchange.seen == exchange.observed
        assert isinstance(exchange.seen, Failure)
        assert not exchange.seen.injected
        assert exchange.injected == ("time.delay",)

    bench.run(test())


@pytest.mark.parametrize(
    ("rule", "observed", "words"),
    [
        (Fault(fault="http.status", at=404), Observed.HTTP_STATUS, "HTTP 404"),
        (Fault(fault="http.status", at="204"), Observed.HTTP_STATUS, "HTTP 204"),
        (Fault(fault="http.status"), Observed.HTTP_STATUS, "HTTP 503"),
        (Fault(fault="http.redirect", at=307), Observed.REDIRECT, "HTTP 307"),
        (Fault(fault="http.redirect"), Observed.REDIRECT, "with a Location"),
        (Fault(fault="http.content_type", at="video/mp4"), Observed.CONTENT_TYPE, "video/mp4"),
        (Fault(fault="http.body", at='{"phone": "1"}'), Observed.INSTRUCTION_INVALID, "phone"),
        (Fault(fault="http.body", at=5), Observed.JSON_SHAPE, "the number 5"),
        (Fault(fault="http.body", at="\ud800"), Observed.CHARSET, "UTF-8"),
        (Fault(fault="json.truncated", at=12), Observed.JSON_SYNTAX, ""),
        (Fault(fault="json.truncated", at=0), Observed.JSON_SYNTAX, ""),
    ],
    ids=lambda value: f"{value.fault}-{value.at!a}" if isinstance(value, Fault) else None,
)
def test_a_parameter_says_which(rule: Fault, observed: Observed, words: str, bench: Bench) -> None:
    async def test() -> None:
        bench.fell_back(await _play(bench, Endpoint(), rule), observed, words)

    bench.run(test())


def test_a_body_may_replace_an_answer_by_another_instruction(bench: Bench) -> None:
    async def test() -> None:
        rule = Fault(fault="http.body", at='{"returned_code": 1}')
        played = await _play(bench, Endpoint(), rule)
        bench.went_well(played)
        (exchange,) = played.exchanges
        assert exchange.seen != exchange.observed

    bench.run(test())


@pytest.mark.parametrize(
    ("fault", "at"),
    [
        *itertools.product(
            ["http.status", "http.redirect", "json.truncated"], ["many", "", nan, inf, "-inf"]
        ),
        ("time.delay", "a while"),
        ("time.delay", nan),
        ("time.delay", "nan"),
    ],
)
def test_a_parameter_that_is_no_number_is_the_users_mistake(
    fault: str, at: str | float, bench: Bench
) -> None:
    async def test() -> None:
        with pytest.raises(UsageError, match=f"{fault} takes a number in at, not "):
            await _play(bench, Endpoint(), Fault(fault=fault, at=at))

    bench.run(test())


def test_an_answer_delayed_within_the_deadline_is_in_time(bench: Bench) -> None:
    async def test() -> None:
        rule = Fault(fault="time.delay", at="4.5")
        played = await _play(bench, Endpoint(b'{"returned_code": 1}'), rule, deadline_s=5.0)
        bench.went_well(played)
        (request,), (exchange,) = played.record.requests, played.exchanges
        assert request.settled_at == 4.5
        assert exchange.elapsed_s == 0.0

    bench.run(test())


@pytest.mark.parametrize("at", [5.0, 5.5])
def test_an_answer_delayed_to_the_deadline_or_beyond_is_late(at: float, bench: Bench) -> None:
    async def test() -> None:
        played = await _play(bench, Endpoint(), Fault(fault="time.delay", at=at), deadline_s=5.0)
        bench.fell_back(played, Observed.DEADLINE)
        (request,) = played.record.requests
        assert (request.settled_at, request.late_at) == (5.0, at)

    bench.run(test())


@pytest.mark.parametrize("rule", [Fault(fault="time.silence"), Fault(fault="time.delay", at="inf")])
def test_silence_never_ends(rule: Fault, bench: Bench) -> None:
    async def test() -> None:
        played = await _play(bench, Endpoint(), rule, deadline_s=5.0)
        bench.fell_back(played, Observed.DEADLINE)
        assert played.record.requests[0].late_at is None

    bench.run(test())


def test_a_delay_without_a_number_is_none(bench: Bench) -> None:
    async def test() -> None:
        played = await _play(bench, Endpoint(b'{"returned_code": 1}'), Fault(fault="time.delay"))
        bench.went_well(played)
        assert played.record.requests[0].settled_at == 0.0

    bench.run(test())


def test_a_delay_and_a_failure_strike_together(bench: Bench) -> None:
    async def test() -> None:
        rules = Fault(fault="time.delay", at=2), Fault(fault="tcp.reset")
        played = await _play(bench, Endpoint(), *rules)
        exchange = bench.fell_back(played, Observed.RESET)
        assert exchange.injected == ("time.delay", "tcp.reset")
        assert played.record.requests[0].settled_at == 2.0

    bench.run(test())


def test_alterations_are_made_one_after_the_other() -> None:
    reply = _reply(ANSWER)
    rules = Fault(fault="json.truncated", at=11), Fault(fault="json.trailing")
    altered = Injection(faults=rules).replaced(reply)
    assert isinstance(altered, HttpReply)
    assert altered.body == b'{"phones": ' + b" ok"


def test_without_rules_an_outcome_stays_the_very_same() -> None:
    for outcome in (_reply(ANSWER), ExchangeFailed(Observed.RESET, "reset")):
        assert Injection().replaced(outcome) is outcome
    assert (Injection().unsent, Injection().delay_s, Injection().names) == (None, 0.0, ())


def test_a_step_names_the_request_of_the_call(bench: Bench) -> None:
    async def test() -> None:
        rule = Fault(fault="http.status", when=When(step=2))
        played = await _play(bench, Endpoint(b'{"returned_code": 1}'), rule, asks=3)
        assert [step.operation for step in played.record.path] == ["ask-1", "ask-2", "operator"]

    bench.run(test())


def test_nth_counts_the_requests_of_the_call(bench: Bench) -> None:
    async def test() -> None:
        rule = Fault(fault="http.status", when=When(nth=[3]))
        played = await _play(bench, Endpoint(b'{"returned_code": 1}'), rule, asks=3)
        assert [step.operation for step in played.record.path] == [
            "ask-1",
            "ask-2",
            "ask-3",
            "operator",
        ]

    bench.run(test())


def test_nth_of_a_step_counts_its_repetitions(bench: Bench) -> None:
    async def test() -> None:
        rule = Fault(fault="http.status", when=When(step=1, nth=[2]))
        repeats = [Repeat(request=1, copies=2)]
        endpoint = Endpoint(b'{"returned_code": 1}')
        played = await _play(bench, endpoint, rule, repeats=repeats)
        bench.went_well(played)
        assert [exchange.injected for exchange in played.exchanges] == [(), ("http.status",), ()]
        assert endpoint.asked == 3

    bench.run(test())


def test_a_share_of_the_requests_is_struck_always_the_same_ones() -> None:
    def struck(seed: int) -> list[bool]:
        rule = Fault(fault="tcp.reset", when=When(probability=0.3, seed=seed))
        return [
            bool(injection((rule,), call=f"call {number}", request_id=1, copy=0).faults)
            for number in range(1000)
        ]

    assert struck(7) == struck(7)
    assert struck(7) != struck(8)
    assert 230 <= sum(struck(7)) <= 370


@pytest.mark.parametrize(("probability", "strikes"), [(0.0, False), (1.0, True)])
def test_never_is_never_and_always_is_always(probability: float, strikes: bool) -> None:
    rule = Fault(fault="tcp.reset", when=When(probability=probability))
    for request_id in range(1, 200):
        found = injection((rule,), call="call", request_id=request_id, copy=0)
        assert found.names == (("tcp.reset",) if strikes else ())


def test_the_alteration_of_a_reply_shows_in_the_reply_alone() -> None:
    for fault in sorted(ANSWERS):
        altered = Injection(faults=(Fault(fault=fault),)).replaced(_reply(ANSWER))
        assert isinstance(altered, HttpReply)
        understood = read(altered)
        assert isinstance(understood, Failure)
        assert understood.observed is OBSERVED[fault]
        assert not understood.injected


def _reply(body: bytes) -> HttpReply:
    return HttpReply(
        status=200,
        reason="OK",
        headers=(("Content-Type", "application/json"), ("X-Other", "stays")),
        body=body,
        http_version="HTTP/1.1",
    )
