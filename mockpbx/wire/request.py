"""A question of the engine → the HTTP request that a PBX would send.

The documented sample [doc], which `build` gives byte for byte; here on two lines::

    GET /crm_integration?cdr_id=123&start_time=1200&input_result=None
        &numa=74952345678&numb=74951234567
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from enum import Enum
from urllib.parse import quote

from mockpbx.core.commands import Question
from mockpbx.errors import UsageError
from mockpbx.wire.messages import Headers, HttpRequest
from mockpbx.wire.target import checked_headers, split_target

PARAMETERS = (
    "cdr_id",
    "call_session_id",
    "start_time",
    "input_result",
    "numa",
    "numb",
    "direction",
)
"""Every parameter, in the order of the documented sample; `direction`, which the sample
lacks, comes last [assumed]."""

MOSCOW = timezone(timedelta(hours=3))
"""The time zone of `start_time` [assumed]: fixed, Moscow has no daylight saving time."""

_BASE = frozenset({"start_time", "input_result", "numa", "numb"})


class Dialect(Enum):
    """The brand, which decides what is sent unless somebody ticks other parameters."""

    UIS = "uis"
    """As CoMagic [assumed]; its settings screen shows `call_session_id` [doc]."""
    COMAGIC = "comagic"
    """`cdr_id` in the text and the sample [doc]."""
    CALLGEAR = "callgear"
    """`cdr_id` in the text, `direction` on the settings screen [doc]."""
    NOVOFON = "novofon"
    """`call_session_id` in the text, `direction` on the settings screen [doc]."""

    @property
    def parameters(self) -> frozenset[str]:
        """Names of the parameters ticked by default."""
        return _TICKED[self]


_TICKED = {
    Dialect.UIS: _BASE | {"cdr_id"},
    Dialect.COMAGIC: _BASE | {"cdr_id"},
    Dialect.CALLGEAR: _BASE | {"cdr_id", "direction"},
    Dialect.NOVOFON: _BASE | {"call_session_id", "direction"},
}


class Method(Enum):
    """HTTP method and where the parameters go: GET or POST, as the administrator chose [doc]."""

    GET = "GET"
    """In the query [doc]."""
    POST_FORM = "POST-form"
    """In the body as a form; the default of POST [assumed]."""
    POST_JSON = "POST-json"
    """In the body as one JSON object of strings [assumed]."""
    POST_QUERY = "POST-query"
    """In the query, with an empty body [assumed]."""


class NoInput(Enum):
    """What `input_result` looks like when the caller entered nothing."""

    NONE = "None"
    """The word ``None``, as in the sample [doc]."""
    EMPTY = "empty"
    """An empty value [assumed]."""
    ABSENT = "absent"
    """No such parameter [assumed]."""


class StartTime(Enum):
    """What `start_time` looks like; only the sample value ``1200`` is documented."""

    CLOCK = "clock"
    """``1200``: hours and minutes; the sample's value [doc], its meaning [assumed]."""
    EPOCH = "epoch"
    """Whole seconds since the Unix epoch [assumed]."""
    DATETIME = "datetime"
    """``2026-09-17 10:15:00`` [assumed]."""


_TIME_FORMATS = {StartTime.CLOCK: "%H%M", StartTime.DATETIME: "%Y-%m-%d %H:%M:%S"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """How one PBX is set up to talk to one endpoint.

    Attributes:
        url: The endpoint; its own query (a secret, say) is kept, its fragment is not sent.
        dialect: The brand.
        method: HTTP method and body form.
        parameters: Names of the ticked parameters, out of `PARAMETERS`; None ticks the
            dialect's. On the settings screens every one can be unticked [doc].
        no_input: What stands for "nothing entered".
        start_time: Form of `start_time`.
        zone: Time zone of `start_time` [assumed UTC+3].
        raw_plus: Send ``+`` as it is, which the endpoint decodes to a space, as a careless
            PBX would [assumed]. Otherwise it is ``%2B``.
        space_as: How a space is encoded in a query or a form: ``%20`` or ``+`` [assumed].
        extra: Further parameters, sent last and in this order.
        headers: Further headers, e.g. a token that the endpoint wants.
    """

    url: str
    dialect: Dialect = Dialect.COMAGIC
    method: Method = Method.GET
    parameters: frozenset[str] | None = None
    no_input: NoInput = NoInput.NONE
    start_time: StartTime = StartTime.CLOCK
    zone: tzinfo = MOSCOW
    raw_plus: bool = False
    space_as: str = "%20"
    extra: tuple[tuple[str, str], ...] = ()
    headers: Headers = ()


def build(question: Question, profile: Profile) -> HttpRequest:
    """Make the request that asks this question.

    Args:
        question: What the engine wants to know. Numbers are sent exactly as given.
        profile: How the PBX is set up.

    Raises:
        UsageError: The profile's URL, a header or a ticked parameter cannot be sent.
    """
    target = split_target(profile.url)
    headers = checked_headers(profile.headers)
    pairs = parameter_values(question, profile)
    if profile.method is Method.GET:
        url = target.with_query(_encoded(pairs, profile))
        return HttpRequest(method="GET", url=url, headers=headers, body=None)
    if profile.method is Method.POST_QUERY:
        url = target.with_query(_encoded(pairs, profile))
        return HttpRequest(method="POST", url=url, headers=headers, body=b"")
    return HttpRequest(
        method="POST",
        url=target.with_query(""),
        headers=_with_content_type(headers, profile.method),
        body=_body(pairs, profile),
    )


def parameter_values(question: Question, profile: Profile) -> tuple[tuple[str, str], ...]:
    """Give the parameters as names and unencoded values, in the order they are sent.

    Raises:
        UsageError: A ticked parameter does not exist.
    """
    ticked = _ticked(profile)
    values = {
        "cdr_id": question.session_id,
        "call_session_id": question.session_id,
        "start_time": _start_time(question.started, profile),
        "input_result": _input_result(question.digits, profile.no_input),
        "numa": question.numa,
        "numb": question.numb,
        "direction": question.direction.value,
    }
    named = ((name, values[name]) for name in PARAMETERS if name in ticked)
    sent = tuple((name, value) for name, value in named if value is not None)
    return sent + profile.extra


def _ticked(profile: Profile) -> frozenset[str]:
    if profile.parameters is None:
        return profile.dialect.parameters
    unknown = sorted(profile.parameters - set(PARAMETERS))
    if unknown:
        raise UsageError(
            f"unknown request parameter {', '.join(unknown)}; choose from {', '.join(PARAMETERS)}"
        )
    return profile.parameters


def _start_time(started: float, profile: Profile) -> str:
    if profile.start_time is StartTime.EPOCH:
        return str(int(started))
    moment = datetime.fromtimestamp(started, tz=profile.zone)
    return moment.strftime(_TIME_FORMATS[profile.start_time])


def _input_result(digits: str | None, no_input: NoInput) -> str | None:
    if digits is not None:
        return digits
    return {NoInput.NONE: "None", NoInput.EMPTY: "", NoInput.ABSENT: None}[no_input]


def _encoded(pairs: tuple[tuple[str, str], ...], profile: Profile) -> str:
    """Encode for a query or a form: ``#`` becomes ``%23``, ``*`` stays."""
    return "&".join(
        f"{_escaped(name, profile)}={_escaped(value, profile)}" for name, value in pairs
    )


def _escaped(text: str, profile: Profile) -> str:
    # surrogatepass: hostile values of a call script must not be able to stop the PBX.
    safe = "*+" if profile.raw_plus else "*"
    return quote(text, safe=safe, errors="surrogatepass").replace("%20", profile.space_as)


def _body(pairs: tuple[tuple[str, str], ...], profile: Profile) -> bytes:
    if profile.method is Method.POST_JSON:
        return json.dumps(dict(pairs)).encode()
    return _encoded(pairs, profile).encode()


def _with_content_type(headers: Headers, method: Method) -> Headers:
    if any(name.lower() == "content-type" for name, _ in headers):
        return headers
    form = "application/x-www-form-urlencoded"
    value = "application/json" if method is Method.POST_JSON else form
    return (("Content-Type", value), *headers)
