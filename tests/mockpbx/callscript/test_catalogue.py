"""The catalogue: complete, well formed, and true of endpoints that are right."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from urllib.parse import parse_qs

import jsonschema
import pytest

import mockpbx.callscript
from mockpbx.async_pbx import ScriptResult
from mockpbx.callscript.library import Script, catalogue, find, schema
from mockpbx.drivers.lockstep import AsgiApp, Message
from mockpbx.scenario.library import builtin_names

FOLDER = Path(mockpbx.callscript.__file__).parent / "catalogue"
FILES = sorted(FOLDER.glob("*.yaml"))

ROWS = range(1, 51)
"""The rows of the catalogue of call sequences."""

WITHOUT_SCRIPT = {
    45: "a wrong secret and a foreign address belong to the endpoint's own guard, not to a call",
    48: "the endpoint has to be restarted in the middle of a call",
    50: "the endpoint has to be replaced by another version in the middle of a call",
}
"""Rows that no call script can play, and why."""

Perform = Callable[..., ScriptResult]


def told(performance: ScriptResult) -> list[str]:
    return [
        f"call {number}: {miss}"
        for number, misses in enumerate(performance.misses, 1)
        for miss in misses
    ]


# -- form ---------------------------------------------------------------------------------


def test_there_are_at_least_sixty_scripts() -> None:
    assert len(FILES) >= 60


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_bears_its_scripts_id_behind_the_number_that_orders_it(file: Path) -> None:
    first = file.read_text("utf-8").splitlines()[0]
    name = re.fullmatch(r"[0-9]{2}-(.+)", file.stem)
    assert name is not None
    assert first == f"id: {name[1]}"


def test_no_two_scripts_have_the_same_id_or_title(scripts: Mapping[str, Script]) -> None:
    assert len(scripts) == len(FILES)
    titles = [script.model.title for script in scripts.values()]
    assert len(set(titles)) == len(titles)


def test_the_catalogue_is_in_the_order_of_the_file_names() -> None:
    names = [script.document.source for script in catalogue()]
    assert names == [file.name for file in FILES]


def test_a_script_is_found_by_its_id_as_its_file_is_named(scripts: Mapping[str, Script]) -> None:
    assert {script_id: find(script_id) for script_id in scripts} == {
        script_id: (script,) for script_id, script in scripts.items()
    }


def test_guessing_comes_last(scripts: Mapping[str, Script]) -> None:
    guessing = [
        script.document.source
        for script in scripts.values()
        if any(state.state == "guesses forgotten" for state in script.model.given)
    ]
    assert guessing
    assert min(guessing) >= "90"


def test_every_row_has_a_script_or_a_reason_why_not(scripts: Mapping[str, Script]) -> None:
    covered = {row for script in scripts.values() for row in script.model.sequences}
    assert covered <= set(ROWS)
    assert set(ROWS) - covered == set(WITHOUT_SCRIPT)


def test_every_script_names_its_rows(scripts: Mapping[str, Script]) -> None:
    assert [script.id for script in scripts.values() if not script.model.sequences] == []


def test_titles_are_sentences(scripts: Mapping[str, Script]) -> None:
    wrong = [
        script.id
        for script in scripts.values()
        if not re.fullmatch(r"[A-Z].{15,110}\.", script.model.title)
    ]
    assert wrong == []


def test_every_scenario_that_a_script_names_is_built_in(scripts: Mapping[str, Script]) -> None:
    named = {script.model.scenario for script in scripts.values()} - {None}
    assert named <= set(builtin_names())


def test_every_call_expects_something(scripts: Mapping[str, Script]) -> None:
    idle = [
        script.id
        for script in scripts.values()
        for call in script.model.calls
        if not call.expect.model_fields_set
    ]
    assert idle == []


def test_the_published_schema_accepts_every_script(scripts: Mapping[str, Script]) -> None:
    validator = jsonschema.Draft202012Validator(schema())
    for script in scripts.values():
        found = [error.message for error in validator.iter_errors(script.document.data)]
        assert found == [], script.id


def test_most_scripts_need_no_more_than_the_standard_facts(
    scripts: Mapping[str, Script], standard_facts: Mapping[str, str]
) -> None:
    applicable = [script for script in scripts.values() if not script.missing(standard_facts)]
    assert len(applicable) > 0.9 * len(scripts)


def test_every_fact_that_a_script_needs_is_known(
    scripts: Mapping[str, Script], all_facts: Mapping[str, str]
) -> None:
    assert {script.id: script.missing(all_facts) for script in scripts.values()} == {
        name: [] for name in scripts
    }


# -- truth: endpoints that are right miss nothing --------------------------------------------


@pytest.mark.parametrize("name", [file.stem[3:] for file in FILES])
def test_the_reference_server_does_as_the_script_expects(
    name: str, scripts: Mapping[str, Script], reference: AsgiApp, perform: Perform
) -> None:
    assert told(perform(scripts[name], reference)) == []


Decide = Callable[[dict[str, str]], dict[str, object]]


def endpoint(decide: Decide, *, methods: tuple[str, ...] = ("GET", "POST")) -> AsgiApp:
    """Make an ASGI application of a decision."""

    async def app(
        scope: Message,
        receive: Callable[[], Awaitable[Message]],
        send: Callable[[Message], Awaitable[None]],
    ) -> None:
        body = (await receive())["body"]
        parameters = _parameters(scope, body)
        status = 200 if scope["method"] in methods else 405
        answer = decide(parameters) if status == 200 else {"error": "ask by GET"}
        headers = [(b"content-type", b"application/json; charset=utf-8")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": json.dumps(answer).encode()})

    return app


def _parameters(scope: Message, body: bytes) -> dict[str, str]:
    if body.startswith(b"{"):
        found: dict[str, str] = json.loads(body)
        return found
    text = "&".join(part for part in (scope["query_string"].decode(), body.decode()) if part)
    pairs = parse_qs(text, keep_blank_values=True)
    return {name: values[0] for name, values in pairs.items()}


class Crm:
    """A shop with one courier who has one order; it remembers wrong guesses by session."""

    SHOP = "74957770000"

    def __init__(self, facts: Mapping[str, str]) -> None:
        self.facts = facts
        self._wrong: dict[str, set[str]] = {}

    def is_courier(self, asked: Mapping[str, str]) -> bool:
        return asked.get("numa") == self.facts["courier"]

    def entered(self, asked: Mapping[str, str]) -> str:
        digits = asked.get("input_result", "")
        return "" if digits == "None" else digits

    def may_guess_on(self, asked: Mapping[str, str]) -> bool:
        session = asked.get("cdr_id") or asked.get("call_session_id") or ""
        wrong = self._wrong.setdefault(session, set())
        if self.entered(asked) != self.facts["order"]:
            wrong.add(self.entered(asked))
        return len(wrong) < 3


class ShopByPhone(Crm):
    """Leads strangers to the shop by its phone number, and knows nothing of code 2 or 4."""

    def __call__(self, asked: dict[str, str]) -> dict[str, object]:
        if not self.is_courier(asked):
            return {"phones": [self.SHOP]}
        if not self.entered(asked):
            return {"returned_code": "1"}
        if not self.may_guess_on(asked):
            return {"phones": [self.SHOP], "operator_message": "courier.wav"}
        if self.entered(asked) == self.facts["order"]:
            return {"text": "Connecting.", "phones": [self.facts["customer"], self.SHOP]}
        return {"returned_code": [3]}


class ShortCut(Crm):
    """Connects a courier with one order at once, and has more to say than it is asked."""

    def __call__(self, asked: dict[str, str]) -> dict[str, object]:
        extra = {"ok": True, "version": 3}
        if not self.is_courier(asked):
            return {"text": "This line is for couriers.", **extra}
        if self.entered(asked) and not self.may_guess_on(asked):
            return {"returned_code": 4, **extra}
        if self.entered(asked) in ("", self.facts["order"]):
            whisper = {"operator_text": "A courier is calling.", "operator_media": "courier.wav"}
            return {"phones": [self.facts["customer"]], "operator_message": whisper, **extra}
        return {"returned_code": 3, **extra}


def endpoints(facts: Mapping[str, str]) -> Mapping[str, AsgiApp]:
    return {
        "shop by phone": endpoint(ShopByPhone(facts)),
        "shop by phone, POST only": endpoint(ShopByPhone(facts), methods=("POST",)),
        "short cut": endpoint(ShortCut(facts), methods=("GET",)),
    }


@pytest.mark.parametrize("kind", ["shop by phone", "short cut"])
def test_a_different_but_right_endpoint_misses_nothing(
    kind: str, scripts: Mapping[str, Script], standard_facts: Mapping[str, str], perform: Perform
) -> None:
    app = endpoints(standard_facts)[kind]
    missed = {}
    for script in scripts.values():
        needs_states = any(state.otherwise == "skip" for state in script.model.given)
        if needs_states or script.missing(standard_facts):
            continue
        misses = told(perform(script, app, facts=standard_facts, with_states=False))
        if misses:
            missed[script.id] = misses
    assert missed == {}


@pytest.mark.parametrize("name", ["get-with-query", "post-form", "post-json", "post-query"])
def test_an_endpoint_set_up_for_post_may_refuse_a_get(
    name: str, scripts: Mapping[str, Script], standard_facts: Mapping[str, str], perform: Perform
) -> None:
    app = endpoints(standard_facts)["shop by phone, POST only"]
    performance = perform(scripts[name], app, facts=standard_facts, with_states=False)
    assert told(performance) == []


def test_a_server_that_cannot_be_put_into_states_is_not_locked_by_the_order_of_the_scripts(
    scripts: Mapping[str, Script], reference: AsgiApp, perform: Perform
) -> None:
    """Ten wrong orders in an hour lock a courier out: scripts that guess must not waste them."""
    perform(scripts["mistyped-order"], reference)  # forgets what other tests have guessed
    served = [
        script
        for script in scripts.values()
        if script.document.source.startswith("90-") and script.id != "mistyped-order"
    ]
    assert len(served) > 5
    for script in served:
        assert told(perform(script, reference, with_states=False)) == [], script.id
