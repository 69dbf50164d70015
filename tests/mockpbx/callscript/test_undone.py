"""What a script says should happen, and never happened, is told."""

from collections.abc import Mapping
from typing import Any

import pytest

from harness.replay.runner import ReplayVerdict
from mockpbx import Call, Fault, HangUp, Pbx
from mockpbx.callscript.model import CallScript, Repeat, State
from mockpbx.faults.plan import When
from mockpbx.result.undone import Act

CUSTOMER = "79175968108"


async def connects_at_once(scope: Mapping[str, Any], receive: Any, send: Any) -> None:
    """An endpoint that asks nobody for an order: there is one request in each call."""
    if scope["type"] != "http":
        return
    await receive()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    body = f'{{"phones": ["{CUSTOMER}"]}}'.encode()
    await send({"type": "http.response.body", "body": body})


def script(call: Mapping[str, Any], **changes: Any) -> CallScript:
    calls = [Call(caller="79161110001", **call)]
    return CallScript(id="tried", title="Something is tried.", calls=calls, **changes)


NEVER: dict[str, tuple[CallScript, Act]] = {
    "a failure at the second request": (
        script({}, faults=[Fault(fault="time.silence", when=When(step=2))]),
        Act.FAULT,
    ),
    "a failure of the third call": (
        script({}, faults=[Fault(fault="http.status", at=503, when=When(call=3))]),
        Act.FAULT,
    ),
    "a repeated second request": (script({"repeats": [Repeat(request=2)]}), Act.REPEAT),
    "a hang-up during a voicemail": (
        script({"hangs_up": HangUp(during="recording")}),
        Act.HANG_UP,
    ),
    "a hang-up when the call is over": (
        script({"hangs_up": HangUp(during="ringing", after=500.0), "talks": 5.0}),
        Act.HANG_UP,
    ),
    "digits that nobody asks for": (script({"dials": ["10523"]}), Act.DIGITS),
}


@pytest.mark.parametrize("name", NEVER)
def test_what_never_happened_is_told_on_the_call(name: str) -> None:
    tried, act = NEVER[name]
    played = Pbx(connects_at_once).play(tried)
    assert [undone.act for undone in played.calls[0].undone] == [act]
    assert bool(played.undone) is (act is not Act.DIGITS)
    assert played.as_expected is (act is Act.DIGITS)
    assert "never took place" in repr(played.calls[0])


def test_a_state_before_a_request_that_never_comes_is_told() -> None:
    state = State(state="order closed", otherwise="play", before_request=2)
    played = Pbx(connects_at_once).play(script({}, given=[state]))
    assert [undone.act for undone in played.undone] == [Act.STATE]


HAPPENS: dict[str, CallScript] = {
    "a failure": script({}, faults=[Fault(fault="time.silence")]),
    "a failure of a repetition": script(
        {"repeats": [Repeat(request=1, copies=2)]},
        faults=[Fault(fault="http.status", at=503, when=When(nth=[2]))],
    ),
    "a hang-up while it rings": script({"hangs_up": HangUp(during="ringing", after=1.0)}),
    "patience for a second prompt": script({"hangs_up": HangUp(during="digits", nth=2)}),
}


@pytest.mark.parametrize("name", HAPPENS)
def test_what_happened_is_not_told_of(name: str) -> None:
    played = Pbx(connects_at_once).play(HAPPENS[name])
    assert played.calls[0].undone == ()


def test_a_replay_of_what_never_took_place_is_neither_green_nor_red() -> None:
    assert ReplayVerdict.UNTESTABLE.value == "untestable"
