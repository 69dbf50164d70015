"""Ladder diagrams, as they are drawn."""

from collections.abc import Callable
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from mockpbx.callscript.model import Callee, HangUp, Repeat
from mockpbx.faults.plan import Fault
from mockpbx.result.call_result import CallResult
from mockpbx.result.ladder import DeadAir, Lane, Rung, Step, draw, ladder, relabelled

Rehearse = Callable[..., CallResult]
CUSTOMER, SECOND = "79175968108", "79262220002"


def drawing(played: CallResult) -> str:
    return "\n" + dedent(draw(played.steps(), 90)) + "\n"


def _labels(played: CallResult, at: float | None = None) -> list[str]:
    steps = played.steps()
    return [step.label for step in steps if isinstance(step, Rung) and at in (None, step.at)]


def test_a_call_that_is_forwarded_after_the_order_number(rehearse: Rehearse) -> None:
    forward = {
        "phones": [CUSTOMER],
        "text": "Connecting you.",
        "operator_message": "a courier calls",
    }
    played = rehearse({"returned_code": 1}, forward, dials=["10523"])
    assert drawing(played) == dedent("""
                Caller                          PBX                             Endpoint    Callee
          0.00  │── calls 74951234567 ─────────▶│                               │           │
          0.00  │◀─ picks up ───────────────────│                               │           │
          0.00  │                               │── asks: input None ──────────▶│           │
          0.00  │                               │◀─ returned_code 1 ────────────│           │
          0.00  │◀─ “Enter the order number.” ──│                               │           │
          2.89  │── keys 10523 ────────────────▶│                               │           │
          2.89  │                               │── asks: input 10523 ─────────▶│           │
          2.89  │                               │◀─ say “Connecting you.”, di… ─│           │
          2.89  │◀─ “Connecting you.” ──────────│                               │           │
          3.96  │                               │── rings 79175968108 ─────────────────────▶│
          6.96  │                               │◀─ answers ────────────────────────────────│
          6.96  │                               │── whispers “a courier calls” ────────────▶│
          6.96  │░░░░░░░░ dead air 1.1 s ░░░░░░░│                               │           │
          8.04  │◀─ talk for 20.0 s ───────────────────────────────────────────────────────▶│
         28.04  │── hangs up ──────────────────▶│                               │           │
    """)


def test_an_endpoint_that_keeps_silent_means_dead_air_and_the_fallback(rehearse: Rehearse) -> None:
    played = rehearse({"returned_code": 2}, faults=[Fault(fault="time.silence")])
    assert drawing(played) == dedent("""
                Caller                          PBX                             Endpoint    Callee
          0.00  │── calls 74951234567 ─────────▶│                               │           │
          0.00  │◀─ picks up ───────────────────│                               │           │
          0.00  │                               │── asks: input None ──────────▶│           │
          0.00  │░░░░░░░░ dead air 5.0 s ░░░░░░░│                               │           │
          5.00  │                               │◀╌ deadline → operators ╌╌╌╌╌╌╌│           │
          5.00  │                               │── rings 74950000101 ─────────────────────▶│
          8.00  │                               │◀─ answers ────────────────────────────────│
          8.00  │◀─ talk for 20.0 s ───────────────────────────────────────────────────────▶│
         28.00  │── hangs up ──────────────────▶│                               │           │
    """)


def test_a_caller_who_hangs_up_while_the_endpoint_thinks(rehearse: Rehearse) -> None:
    played = rehearse(
        {"returned_code": 1},
        faults=[Fault(fault="time.delay", at=3)],
        hangs_up=HangUp(during="thinking", after=1),
    )
    assert drawing(played) == dedent("""
                Caller                          PBX                             Endpoint    Callee
          0.00  │── calls 74951234567 ─────────▶│                               │           │
          0.00  │◀─ picks up ───────────────────│                               │           │
          0.00  │                               │── asks: input None ──────────▶│           │
          0.00  │░░░░░░░░ dead air 1.0 s ░░░░░░░│                               │           │
          1.00  │── hangs up ──────────────────▶│                               │           │
          1.00  │                               │── closes the connection ─────▶│           │
    """)


def test_a_hunt_in_which_the_first_phone_is_busy(rehearse: Rehearse) -> None:
    played = rehearse({"phones": [CUSTOMER, SECOND]}, callees={CUSTOMER: "busy"})
    assert drawing(played) == dedent("""
                Caller                          PBX                             Endpoint    Callee
          0.00  │── calls 74951234567 ─────────▶│                               │           │
          0.00  │◀─ picks up ───────────────────│                               │           │
          0.00  │                               │── asks: input None ──────────▶│           │
          0.00  │                               │◀─ dial 79175968108, 7926222… ─│           │
          0.00  │                               │── rings 79175968108 ─────────────────────▶│
          0.50  │                               │◀╌ busy ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌│
          0.50  │                               │── rings 79262220002 ─────────────────────▶│
          3.50  │                               │◀─ answers ────────────────────────────────│
          3.50  │◀─ talk for 20.0 s ───────────────────────────────────────────────────────▶│
         23.50  │── hangs up ──────────────────▶│                               │           │
    """)


def test_a_caller_at_night_who_leaves_a_voicemail(rehearse: Rehearse) -> None:
    played = rehearse(at="2026-09-17 23:30")
    assert drawing(played) == dedent("""
                Caller                          PBX                             Endpoint    Callee
          0.00  │── calls 74951234567 ─────────▶│                               │           │
          0.00  │◀─ picks up ───────────────────│                               │           │
          0.00  │◀─ “Nobody can take your cal… ─│                               │           │
          4.43  │── speaks for 5.0 s ──────────▶│                               │           │
          9.43  │── hangs up ──────────────────▶│                               │           │
    """)


def test_phones_that_ring_together_stop_when_one_is_answered(rehearse: Rehearse) -> None:
    played = rehearse(
        {"phones": [CUSTOMER, SECOND]}, scenario="ring-all", callees={SECOND: Callee(answers=9)}
    )
    steps = _labels(played)
    assert steps[-4:] == ["picks up", f"stops ringing {SECOND}", "talk for 20.0 s", "hangs up"]


def test_hanging_up_comes_before_what_it_brings_about(rehearse: Rehearse) -> None:
    played = rehearse({"phones": [CUSTOMER]}, hangs_up=HangUp(during="ringing", after=0))
    labels = _labels(played)
    assert labels[-3:] == [f"rings {CUSTOMER}", "hangs up", f"stops ringing {CUSTOMER}"]


def test_a_repetition_of_a_request_is_drawn_with_its_answer(rehearse: Rehearse) -> None:
    played = rehearse(
        {"returned_code": 2},
        {"returned_code": 2},
        {"phones": "none"},
        repeats=[Repeat(request=1, copies=2, after=1)],
    )
    labels = _labels(played, at=1.0)
    assert labels == [
        "asks request 1 again",
        "again: returned_code 2",
        "asks request 1 again",
        "again: instruction_invalid",
    ]


def test_an_injected_failure_is_called_so(rehearse: Rehearse) -> None:
    played = rehearse({"returned_code": 1}, faults=[Fault(fault="http.status", at=503)])
    assert "http_status (injected) → operators" in draw(played.steps())


@pytest.mark.parametrize("width", [60, 80, 90, 110])
def test_a_drawing_fits_the_width_however_long_the_announcement(
    rehearse: Rehearse, width: int
) -> None:
    played = rehearse({"text": "Ваш заказ 送货 e\u0301 уже едет. " * 20})
    lines = draw(played.steps(), width).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert "…" in "".join(lines)


def test_a_terminal_narrower_than_the_narrowest_drawing_gets_that(rehearse: Rehearse) -> None:
    steps = ladder(rehearse({"returned_code": 2}).record)
    assert draw(steps, 10) == draw(steps, 60)


lanes = st.sampled_from(Lane)
rungs = st.builds(
    Rung,
    at=st.floats(min_value=0, max_value=999),
    source=lanes,
    target=lanes,
    label=st.text(max_size=80),
    trouble=st.booleans(),
    both=st.booleans(),
).filter(lambda rung: rung.source is not rung.target)
silences = st.builds(
    DeadAir, at=st.floats(min_value=0, max_value=999), seconds=st.floats(min_value=0, max_value=99)
)


@given(step=rungs | silences, width=st.integers(min_value=60, max_value=140))
def test_whatever_the_label_the_last_lane_stands_where_its_name_does(
    step: Step, width: int
) -> None:
    header, line = draw([step], width).split("\n")
    assert cell_len(line) == cell_len(header[: header.index("Callee")]) + 1
    assert line.endswith("│")
    assert line.isprintable()


def test_control_characters_of_an_announcement_do_not_reach_the_terminal() -> None:
    rung = Rung(at=0.0, source=Lane.PBX, target=Lane.CALLER, label="“\x1b[31mred\x07”")
    assert "“\\x1b[31mred\\x07”" in draw([rung])


def test_a_number_is_masked_before_the_label_is_cut() -> None:
    label = f"say “{'x' * 20} {CUSTOMER}”"
    rung = Rung(at=0.0, source=Lane.ENDPOINT, target=Lane.PBX, label=label)
    (shown,) = relabelled([rung], lambda text: text.replace(CUSTOMER, "*" * 11))
    assert "79" not in draw([shown], 90)
