"""Hostile values: whatever stands in a parameter, the endpoint answers and lives on."""

from collections.abc import Mapping
from dataclasses import replace

from harness.certify.checks.hostile import Payload, Shot, fire, ordinary, survived
from harness.certify.context import Context
from harness.certify.reasons import Finding
from harness.certify.registry import Check, check
from mockpbx.wire.messages import HttpRequest
from mockpbx.wire.request import Method, parameter_values

PRODUCT = "5362707"
"""What the template comes to if somebody evaluates it: three times 1787569."""
INJECTED = "x-pbx-injected"
MARKUP = "<script>zqx7()</script>"

PAYLOADS: Mapping[str, Payload] = {
    "ROBUST-001": Payload(name="SQL", text="' OR '1'='1' --"),
    "ROBUST-002": Payload(name="quotes and a backslash", text='zqx7"}],"phones":["\\'),
    "ROBUST-003": Payload(name="HTML", text=MARKUP),
    "ROBUST-004": Payload(name="line breaks", text=f"1\r\n{INJECTED}: zqx7"),
    "ROBUST-005": Payload(name="a NUL", text="7\0zqx7"),
    "ROBUST-006": Payload(name="a path", text="../../../../etc/passwd"),
    "ROBUST-007": Payload(name="a template", text="{{1787569*3}}${1787569*3}<%= 1787569*3 %>"),
    "ROBUST-008": Payload(name="emoji", text="🦊👩‍🚒 zqx7"),
    "ROBUST-009": Payload(name="lone percent signs", encoded="%zz%4"),
    "ROBUST-010": Payload(name="windows-1251", encoded="%CF%F0%E8%E2%E5%F2"),
    "ROBUST-011": Payload(name="bytes that are no UTF-8", encoded="%C3%28%FF%FE"),
    "ROBUST-012": Payload(name="four kilobytes of digits", text="7" * 4096),
    "ROBUST-013": Payload(name="a shell command", text="1;id|cat `id` $(id)"),
    "ROBUST-014": Payload(name="a number beyond 64 bits", text="99999999999999999999"),
    "ROBUST-015": Payload(name="digits of other scripts", text="٧²５①"),
    "ROBUST-016": Payload(name="format strings", text="%s%n%d {0} {numa} {0.__class__}"),
    "ROBUST-017": Payload(name="half a regular expression", text="([*+?{\\"),
    "ROBUST-018": Payload(name="half a character", text="7\ud800"),
    "ROBUST-019": Payload(name="a number that is no digits", text="-1e999"),
    "ROBUST-025": Payload(name="percent-encoding that is encoded", text="%FF%C3%28%0"),
}
"""The value that each case tries in every place."""


def _answered(payload: Payload) -> Check:
    async def is_answered(context: Context) -> Finding:
        return await survived(context, await fire(context, [payload]))

    return is_answered


for _case_id, _payload in PAYLOADS.items():
    check(_case_id)(_answered(_payload))


async def _sent(context: Context, *requests: tuple[str, HttpRequest]) -> Finding:
    shots = [Shot(label=label, exchange=await context.send(request)) for label, request in requests]
    return await survived(context, shots)


@check("ROBUST-020")
async def long_address_is_answered(context: Context) -> Finding:
    """Send an address of eight kilobytes."""
    # In the address whatever the method: one that is not declared may be refused.
    request = ordinary(context)
    joint = "&" if "?" in request.url else "?"
    longer = replace(request, url=f"{request.url}{joint}padding={'x' * 8000}")
    return await _sent(context, ("an address of 8 kB", longer))


_EXTRA = tuple(
    (name, "1")
    for name in ("debug", "admin", "__proto__", "constructor", "class", "id", "self", "action")
) + tuple((f"utm_{number}", "x") for number in range(40))


@check("ROBUST-021")
async def extra_parameters_are_answered(context: Context) -> Finding:
    """Send dozens of parameters that nobody told the endpoint about."""
    return await _sent(context, ("48 extra parameters", ordinary(context, extra=_EXTRA)))


@check("ROBUST-022")
async def doubled_parameters_are_answered(context: Context) -> Finding:
    """Send every parameter twice, with the same value and with another."""
    return await _sent(
        context,
        ("every parameter twice", _doubled(context, {})),
        ("another numa besides", _doubled(context, {"numa": "79990000008"})),
    )


def _doubled(context: Context, other: Mapping[str, str]) -> HttpRequest:
    question = context.fields(context.stranger)
    pairs = parameter_values(question, replace(context.profile, extra=()))
    again = tuple((name, other.get(name, value)) for name, value in pairs)
    if context.profile.method is not Method.POST_JSON:
        return ordinary(context, extra=again)
    # One JSON object cannot be made of doubled names: two are written into each other.
    one, two = ordinary(context), ordinary(context, extra=tuple(other.items()))
    return replace(one, body=(one.body or b"")[:-1] + b", " + (two.body or b"")[1:])


_NESTED = (
    ("lists", (("numa[]", "1"), ("numa[]", "2"), ("input_result[]", "3"))),
    ("operators", (("numa[$ne]", "1"), ("input_result[$gt]", ""), ("cdr_id[$regex]", ".*"))),
    ("members", (("numa[a][b]", "1"), ("input_result.length", "5"), ("cdr_id[", "x"))),
)


@check("ROBUST-023")
async def nested_names_are_answered(context: Context) -> Finding:
    """Send names that frameworks turn into lists, operators and members."""
    # Behind the ordinary parameters: none is missing, and what comes last often wins.
    return await _sent(
        context,
        *((f"names of {what}", ordinary(context, extra=extra)) for what, extra in _NESTED),
    )


_ODD_NAMES = ((MARKUP, "1"), ("'; --", "2"), ("\0", "3"), ("", "4"), ("имя", "5"), ("a\r\nb", "6"))


@check("ROBUST-024")
async def odd_names_are_answered(context: Context) -> Finding:
    """Send parameters whose names are hostile."""
    return await _sent(context, ("hostile names", ordinary(context, extra=_ODD_NAMES)))
