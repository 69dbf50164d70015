"""How the PBX asks: the method, and which parameters the administrator ticked."""

from harness.certify.checks.answers import check_each
from harness.certify.checks.request_asking import Asked, all_instruct, ask_all, changes_nothing
from harness.certify.context import Context
from harness.certify.reasons import Finding, Saw, not_applicable, satisfied, violated
from harness.certify.registry import Check, check
from mockpbx.callscript.model import Asks
from mockpbx.core.cdr import Direction

_IDS = frozenset({"cdr_id", "call_session_id"})

# -- the method ---------------------------------------------------------------------------

_METHODS = ("REQ-001", "REQ-002", "REQ-003", "REQ-004")
"""GET, POST-form, POST-json, POST-query: each is asked for by the capability of its case."""

_READ = ("REQ-005", "REQ-006", "REQ-007", "REQ-008")


async def _is_answered(context: Context) -> Finding:
    return all_instruct(await ask_all(context))


async def _is_read(context: Context) -> Finding:
    """Compare the answers to a courier and to a stranger: whoever reads nothing answers alike."""
    asked = await ask_all(context)
    finding = all_instruct(asked)
    if finding.saw is Saw.VIOLATED:
        return finding
    if any(one.instruction != asked[0].instruction for one in asked):
        return satisfied("courier and stranger are told apart")
    return violated(
        expected="different answers to a courier and to a stranger",
        received="the same answer to both, as if no parameter had been read",
        # The latest answers are those that had to differ.
        blamed=tuple(one.exchange for one in reversed(asked)),
    )


for _id in _METHODS:
    check(_id)(_is_answered)
for _id in _READ:
    check(_id)(_is_read)


async def _with_a_charset(context: Context) -> Finding:
    """Name the charset in the Content-Type of the body, as many clients do."""
    plain = "application/x-www-form-urlencoded"
    kind = "application/json" if context.case.capability == "POST-json" else plain
    own = (pair for pair in context.profile.headers if pair[0].lower() != "content-type")
    headers = (*own, ("Content-Type", f"{kind}; charset=UTF-8"))
    return all_instruct(await ask_all(context, headers=headers))


check("REQ-070")(_with_a_charset)
check("REQ-071")(_with_a_charset)


# -- the ticked parameters ----------------------------------------------------------------

_SWITCHED_OFF = {
    "REQ-010": frozenset({"numa"}),
    "REQ-011": frozenset({"numb"}),
    "REQ-012": frozenset({"start_time"}),
    "REQ-013": _IDS,
    "REQ-014": frozenset({"input_result"}),
    "REQ-015": frozenset({"direction"}),
}


def _ticked(context: Context) -> frozenset[str]:
    ticked = context.profile.parameters
    return context.profile.dialect.parameters if ticked is None else ticked


def _without(off: frozenset[str]) -> Check:
    async def asks_without(context: Context) -> Finding:
        declared = context.profile.parameters
        if declared is not None and off & declared:
            sent = " and ".join(sorted(off & declared))
            return not_applicable(f"the manifest declares that the PBX sends {sent}")
        return all_instruct(await ask_all(context, parameters=_ticked(context) - off))

    return asks_without


check_each(_SWITCHED_OFF, _without)


@check("REQ-016")
async def nothing_is_ticked(context: Context) -> Finding:
    """Ask without any parameter at all."""
    if context.profile.parameters:
        return not_applicable("the manifest declares which parameters the PBX sends")
    question = context.fields("")
    exchange = await context.ask(question, parameters=frozenset())
    return all_instruct([Asked(label="no parameters", exchange=exchange)])


# -- the call's id ------------------------------------------------------------------------

_NAMES_OF_THE_ID = {
    "REQ-020": frozenset({"cdr_id"}),
    "REQ-021": frozenset({"call_session_id"}),
}


def _with_id(names: frozenset[str]) -> Check:
    async def asks_with(context: Context) -> Finding:
        return all_instruct(await ask_all(context, parameters=(_ticked(context) - _IDS) | names))

    return asks_with


check_each(_NAMES_OF_THE_ID, _with_id)


@check("REQ-022")
async def both_names_at_once(context: Context) -> Finding:
    """Send the id under both of its names."""
    return await changes_nothing(context, Asks(also=sorted(_IDS)))


# -- the direction ------------------------------------------------------------------------


def _documents_direction(context: Context) -> bool:
    return "direction" in context.profile.dialect.parameters


async def _with_direction(context: Context, *directions: Direction) -> Finding:
    parameters = _ticked(context) | {"direction"}
    asked = [
        one
        for direction in directions
        for one in await ask_all(context, direction=direction, parameters=parameters)
    ]
    return all_instruct(asked)


def _directed(direction: Direction) -> Check:
    async def asks_so(context: Context) -> Finding:
        if not _documents_direction(context):
            return not_applicable(f"{context.profile.dialect.value} does not document direction")
        return await _with_direction(context, direction)

    return asks_so


check_each({"REQ-040": Direction.IN, "REQ-041": Direction.OUT}, _directed)


@check("REQ-042")
async def direction_where_it_is_not_documented(context: Context) -> Finding:
    """Send the direction to an endpoint of a brand that does not tell of it."""
    if _documents_direction(context):
        return not_applicable(f"{context.profile.dialect.value} documents direction")
    return await _with_direction(context, Direction.IN, Direction.OUT)
