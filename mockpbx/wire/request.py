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

from mockpbx.core.commands import RequestFields
from mockpbx.errors import UsageError
from mockpbx.wire.address import checked_headers, split_url
from mockpbx.wire.messages import Headers, HttpRequest

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


class HiddenAs(Enum):
    """What `numa` looks like when a caller hides their number; nobody documents it [assumed]."""

    EMPTY = "empty"
    """An empty value."""
    ABSENT = "absent"
    """No such parameter."""
    ANONYMOUS = "anonymous"
    """The word ``anonymous``."""


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
        hidden_as: What stands for a hidden caller's number.
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
    hidden_as: HiddenAs = HiddenAs.EMPTY
    start_time: StartTime = StartTime.CLOCK
    zone: tzinfo = MOSCOW
    raw_plus: bool = False
    space_as: str = "%20"
    extra: tuple[tuple[str, str], ...] = ()
    headers: Headers = ()

    @property
    def ticked(self) -> frozenset[str]:
        """The names of the parameters that are sent.

        Raises:
            UsageError: One of them does not exist.
        """
        if self.parameters is None:
            return self.dialect.parameters
        unknown = sorted(self.parameters - set(PARAMETERS))
        if unknown:
            known = ", ".join(PARAMETERS)
            raise UsageError(f"unknown request parameter {', '.join(unknown)}; choose from {known}")
        return self.parameters

    def written(self, started: float) -> str:
        """Return a moment, in seconds since the Unix epoch, as `start_time` has it."""
        if self.start_time is StartTime.EPOCH:
            return str(int(started))
        moment = datetime.fromtimestamp(started, tz=self.zone)
        return moment.strftime(_TIME_FORMATS[self.start_time])

    def encoded(self, params: tuple[tuple[str, str], ...]) -> str:
        """Encode parameters for a query or a form: ``#`` becomes ``%23``, ``*`` stays."""
        return "&".join(f"{self._escaped(name)}={self._escaped(value)}" for name, value in params)

    def _escaped(self, text: str) -> str:
        # surrogatepass: hostile values of a call script must not be able to stop the PBX.
        safe = "*+" if self.raw_plus else "*"
        return quote(text, safe=safe, errors="surrogatepass").replace("%20", self.space_as)

    def body(self, params: tuple[tuple[str, str], ...]) -> bytes:
        """Return the parameters as a body, in the form that the method wants."""
        if self.method is Method.POST_JSON:
            return json.dumps(dict(params)).encode()
        return self.encoded(params).encode()


def build(fields: RequestFields, profile: Profile) -> HttpRequest:
    """Make the request that asks this question.

    Args:
        fields: What the endpoint is told. Numbers are sent exactly as given.
        profile: How the PBX is set up.

    Raises:
        UsageError: The profile's URL, a header or a ticked parameter cannot be sent.
    """
    target = split_url(profile.url)
    headers = checked_headers(profile.headers)
    params = parameter_values(fields, profile)
    in_query = profile.method in (Method.GET, Method.POST_QUERY)
    body = b"" if profile.method is Method.POST_QUERY else None
    if not in_query:
        headers, body = _with_content_type(headers, profile.method), profile.body(params)
    return HttpRequest(
        method="GET" if profile.method is Method.GET else "POST",
        url=target.with_query(profile.encoded(params) if in_query else ""),
        headers=headers,
        body=body,
        params=params,
    )


def parameter_values(fields: RequestFields, profile: Profile) -> tuple[tuple[str, str], ...]:
    """Return the parameters as names and unencoded values, in the order they are sent.

    Raises:
        UsageError: A ticked parameter does not exist.
    """
    ticked = profile.ticked
    values = {
        "cdr_id": fields.session_id,
        "call_session_id": fields.session_id,
        "start_time": profile.written(fields.started),
        "input_result": _input_result(fields.digits, profile.no_input),
        "numa": fields.numa or _HIDDEN[profile.hidden_as],
        "numb": fields.numb,
        "direction": fields.direction.value,
    }
    named = ((name, values[name]) for name in PARAMETERS if name in ticked)
    sent = tuple((name, value) for name, value in named if value is not None)
    return sent + profile.extra


_HIDDEN = {HiddenAs.EMPTY: "", HiddenAs.ABSENT: None, HiddenAs.ANONYMOUS: "anonymous"}


def _input_result(digits: str | None, no_input: NoInput) -> str | None:
    if digits is not None:
        return digits
    return {NoInput.NONE: "None", NoInput.EMPTY: "", NoInput.ABSENT: None}[no_input]


def _with_content_type(headers: Headers, method: Method) -> Headers:
    if any(name.lower() == "content-type" for name, _ in headers):
        return headers
    form = "application/x-www-form-urlencoded"
    value = "application/json" if method is Method.POST_JSON else form
    return (("Content-Type", value), *headers)
