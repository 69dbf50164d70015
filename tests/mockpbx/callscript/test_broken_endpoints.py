"""The catalogue finds what goes wrong in endpoints.

Each broken endpoint is the reference server behind a layer that changes what it is asked or
what it answers: the mistakes are those that people make. For each one the table names the
scripts that find it.
"""

import itertools
import json
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import parse_qsl, urlencode

import pytest

from mockpbx.async_pbx import ScriptResult
from mockpbx.callscript.library import Script
from mockpbx.drivers.lockstep import AsgiApp, Message
from reference_server import seed

Perform = Callable[..., ScriptResult]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asked = dict[str, str]
Json = dict[str, object]
Breaks = Callable[[AsgiApp], AsgiApp]


def asked(scope: Message) -> Asked:
    return dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))


def asks(change: Callable[[Asked], Asked]) -> Breaks:
    """Change what the sound server is asked."""

    def breaks(sound: AsgiApp) -> AsgiApp:
        async def app(scope: Message, receive: Receive, send: Send) -> None:
            query = urlencode(change(asked(scope))).encode()
            await sound({**scope, "query_string": query}, receive, send)

        return app

    return breaks


def answers(change: Callable[[Asked, Json], object]) -> Breaks:
    """Change what the sound server answers."""

    def breaks(sound: AsgiApp) -> AsgiApp:
        async def app(scope: Message, receive: Receive, send: Send) -> None:
            async def sends(message: Message) -> None:
                if message["type"] == "http.response.body":
                    changed = change(asked(scope), json.loads(message["body"]))
                    message = {**message, "body": json.dumps(changed).encode()}
                else:
                    kept = [item for item in message["headers"] if item[0] != b"content-length"]
                    message = {**message, "headers": kept}
                await send(message)

            await sound(scope, receive, sends)

        return app

    return breaks


def crashes(when: Callable[[Asked], bool]) -> Breaks:
    """Answer some requests with an error page."""

    def breaks(sound: AsgiApp) -> AsgiApp:
        async def app(scope: Message, receive: Receive, send: Send) -> None:
            if not when(asked(scope)):
                await sound(scope, receive, send)
                return
            await send({"type": "http.response.start", "status": 500, "headers": []})
            await send({"type": "http.response.body", "body": b"Internal Server Error"})

        return app

    return breaks


def digits(query: Asked) -> str:
    entered = query.get("input_result", "")
    return "" if entered == "None" else entered


# -- the three that the shop had ----------------------------------------------------------


def wrong_customer(_query: Asked, answer: Json) -> Json:
    """The customers of two orders are mixed up."""
    if answer.get("phones") == [seed.CUSTOMER]:
        return {**answer, "phones": [seed.SECOND_CUSTOMER]}
    return answer


def looks_none_up(query: Asked) -> Asked:
    """The word that stands for nothing is taken for the number of an order."""
    return {**query, "input_result": "0"} if query.get("input_result") == "None" else query


def one_current_caller(sound: AsgiApp) -> AsgiApp:
    """Whoever called last is the one who types: right until two calls cross."""
    current = ""

    def change(query: Asked) -> Asked:
        nonlocal current
        if not digits(query):
            current = query.get("numa", "")
        return {**query, "numa": current}

    return asks(change)(sound)


# -- who may learn whose number -----------------------------------------------------------


def believes_anybody_with_digits(query: Asked) -> Asked:
    """Whoever knows an order of the courier is the courier."""
    return {**query, "numa": seed.COURIER} if digits(query) == seed.ORDER else query


def forgets_whose_order(query: Asked) -> Asked:
    """Any courier may call about any order."""
    is_foreign = digits(query) == seed.FOREIGN_ORDER and query.get("numa") == seed.COURIER
    return {**query, "numa": seed.OTHER_COURIER} if is_foreign else query


def forgets_closed(query: Asked, answer: Json) -> Json:
    """An order stays in the list of the courier after it was delivered."""
    if digits(query) == seed.CLOSED_ORDER:
        return {"phones": [seed.CLOSED_CUSTOMER]}
    return answer


def finds_all_for_nothing(query: Asked) -> Asked:
    """An empty value finds the first order there is, whoever carries it."""
    if query.get("input_result", "") == "":
        return {**query, "numa": seed.OTHER_COURIER, "input_result": seed.FOREIGN_ORDER}
    return query


def completes(query: Asked) -> Asked:
    """The beginning of an order's number is as good as the whole."""
    is_part = len(digits(query)) == 3 and seed.ORDER.startswith(digits(query))
    return {**query, "input_result": seed.ORDER} if is_part else query


def hidden_is_the_courier(query: Asked) -> Asked:
    """A caller without a number gets the first courier of the list."""
    return {**query, "numa": query.get("numa") or seed.COURIER}


def dismissal_is_forgotten(query: Asked, answer: Json) -> Json:
    """A former courier is still in the list."""
    if query.get("numa") == seed.INACTIVE_COURIER and digits(query) == seed.INACTIVE_ORDER:
        return {"phones": [seed.INACTIVE_CUSTOMER]}
    return answer


def another_customer_calls_back(query: Asked, answer: Json) -> Json:
    """A customer is led to whoever else the courier visits."""
    return {"phones": [seed.FOREIGN_CUSTOMER]} if query.get("numa") == seed.CUSTOMER else answer


def reflects(query: Asked, answer: Json) -> Json:
    """For debugging, the answer repeats the question."""
    return {**answer, "debug": query}


# -- memory -------------------------------------------------------------------------------


def not_idempotent(sound: AsgiApp) -> AsgiApp:
    """The second time that something is asked, it has been done already."""
    seen: set[str] = set()

    def change(query: Asked, answer: Json) -> Json:
        step = f"{query.get('cdr_id')} {query.get('input_result')}"
        if step in seen:
            return {"returned_code": 4}
        seen.add(step)
        return answer

    return answers(change)(sound)


def counts_copies(sound: AsgiApp) -> AsgiApp:
    """Every request with digits counts, also one that the PBX has sent before."""
    guesses: dict[str, int] = {}

    def change(query: Asked, answer: Json) -> Json:
        session = query.get("cdr_id", "")
        guesses[session] = guesses.get(session, 0) + bool(digits(query))
        return {"returned_code": 4} if guesses[session] > 3 else answer

    return answers(change)(sound)


def knows_sessions_only(sound: AsgiApp) -> AsgiApp:
    """The caller is noted when a session begins and never looked at again."""
    callers: dict[str, str] = {}

    def change(query: Asked) -> Asked:
        session = query.get("cdr_id", "")
        return {**query, "numa": callers.setdefault(session, query.get("numa", ""))}

    return asks(change)(sound)


def never_locks(sound: AsgiApp) -> AsgiApp:
    """Each request is a new session to it, so that it never counts to three."""
    serial = itertools.count()
    return asks(lambda query: {**query, "cdr_id": f"s{next(serial)}"})(sound)


# -- reading and writing ------------------------------------------------------------------


def numbers_for_digits(_query: Asked, answer: Json) -> Json:
    """Phones are numbers, are they not?"""
    phones = answer.get("phones")
    return (
        {**answer, "phones": [int(str(x)) for x in phones]} if isinstance(phones, list) else answer
    )


def loses_zeros(query: Asked) -> Asked:
    """An order's number is read as a number."""
    entered = digits(query)
    return {**query, "input_result": str(int(entered))} if entered.isdigit() else query


def cut_at_the_hash(query: Asked) -> Asked:
    """What follows a hash is not read."""
    kept: Asked = {}
    for name, value in query.items():
        kept[name] = value.partition("#")[0]
        if "#" in value:
            break
    return kept


def reads_queries_only(sound: AsgiApp) -> AsgiApp:
    """The body of a POST is not looked at."""

    async def app(scope: Message, _receive: Receive, send: Send) -> None:
        async def nothing() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        await sound(scope, nothing, send)

    return app


BROKEN: Mapping[str, tuple[Breaks, tuple[str, ...]]] = {
    "mixes two customers up": (answers(wrong_customer), ("own-order", "second-order")),
    "looks None up as an order": (asks(looks_none_up), ("own-order", "courier-is-known")),
    "answers for the other of two crossing calls": (
        one_current_caller,
        ("courier-and-stranger-cross", "two-couriers-cross", "peak"),
    ),
    "answers a stranger's correct order": (
        asks(believes_anybody_with_digits),
        ("stranger-types-an-order", "hidden-caller-empty", "number-is-foreign"),
    ),
    "leaks the customer of a foreign order": (asks(forgets_whose_order), ("foreign-order",)),
    "connects about a closed order": (
        answers(forgets_closed),
        ("closed-order", "order-closed-in-between", "courier-reassigned-in-between"),
    ),
    "finds everything for an empty value": (
        asks(finds_all_for_nothing),
        ("nobody-types-empty", "nobody-types-absent", "stranger-types-nothing"),
    ),
    "completes an order's number": (asks(completes), ("too-few-digits",)),
    "takes a hidden caller for a courier": (
        asks(hidden_is_the_courier),
        ("hidden-caller-absent", "hidden-caller-empty", "without-caller"),
    ),
    "still serves a former courier": (answers(dismissal_is_forgotten), ("former-courier",)),
    "leads a customer to another customer": (
        answers(another_customer_calls_back),
        ("customer-calls-back",),
    ),
    "reflects the question": (
        answers(reflects),
        ("caller-html", "caller-sql", "digits-html", "digits-sql", "session-id-hostile"),
    ),
    "answers a repeated request differently": (
        not_idempotent,
        ("repeated-request", "doubled-at-once", "doubled-5-ms-apart", "repeated-after-the-end"),
    ),
    "counts the copies of a request": (counts_copies, ("repeated-wrong-order",)),
    "knows callers by their session only": (knows_sessions_only, ("session-of-another-caller",)),
    "never stops a guesser": (never_locks, ("three-wrong-orders", "guess-after-three")),
    "writes phones as numbers": (answers(numbers_for_digits), ("own-order",)),
    "loses leading zeros": (asks(loses_zeros), ("leading-zeros",)),
    "cuts the query at a hash": (asks(cut_at_the_hash), ("star-and-hash", "only-a-hash")),
    "does not read the body of a POST": (reads_queries_only, ("post-form", "post-json")),
    "encodes its answer twice": (answers(lambda _, answer: json.dumps(answer)), ("stranger",)),
    "crashes without the call id": (
        crashes(lambda query: "cdr_id" not in query),
        ("without-call-id", "dialect-novofon", "without-anything"),
    ),
    "crashes without digits": (
        crashes(lambda query: "input_result" not in query),
        ("without-digits", "nobody-types-absent"),
    ),
    "crashes on a quote": (
        crashes(lambda query: "'" in "".join(query.values())),
        ("caller-sql", "digits-sql", "session-id-hostile"),
    ),
    "crashes on a plus": (
        crashes(lambda query: not query.get("numa", "0").isdigit()),
        ("number-with-plus", "number-with-raw-plus", "number-is-a-sip-name"),
    ),
    "crashes on a long value": (
        crashes(lambda query: max(map(len, query.values())) > 1000),
        ("caller-of-four-kilobytes", "digits-of-four-kilobytes"),
    ),
    "crashes on a date": (
        crashes(lambda query: not query.get("start_time", "0").isdigit()),
        ("start-time-space", "start-time-plus"),
    ),
}


@pytest.mark.parametrize(
    ("fault", "script"), [(name, script) for name, (_, found) in BROKEN.items() for script in found]
)
def test_a_broken_endpoint_is_found(
    fault: str, script: str, scripts: Mapping[str, Script], reference: AsgiApp, perform: Perform
) -> None:
    broken = BROKEN[fault][0](reference)
    assert not perform(scripts[script], broken).as_expected
