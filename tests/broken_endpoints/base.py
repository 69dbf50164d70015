"""The courier line in plain Python: a correct endpoint, for others to break in one way each.

One method for each thing that an endpoint does, in the order in which it is done. A broken
endpoint overrides one of them; how it is served is another matter (`serving`).
"""

import json
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from tests.broken_endpoints.crm import Crm, Order

PATH, STATES_PATH = "/crm_integration", "/states"
ALLOWED = "GET, HEAD, POST, OPTIONS"

Instruction = Mapping[str, Any]

ASK_ORDER: Instruction = {"returned_code": 1}
SHOP: Instruction = {"returned_code": 2}
TRY_AGAIN: Instruction = {"returned_code": 3}
OPERATORS: Instruction = {"returned_code": 4}

MOST_GUESSES = 3

_NOTHING_ENTERED = ("", "None")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An HTTP request; the names of headers are in small letters."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    version: str = "HTTP/1.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An HTTP answer; the server adds what frames it."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the PBX wants to know."""

    caller: str
    called: str
    digits: str | None
    session: str | None
    direction: str | None = None

    @property
    def call(self) -> tuple[str, str]:
        """Whose call it is; a session alone is nobody's proof."""
        return self.session or "", self.caller


class UnreadableError(ValueError):
    """The body is not what its Content-Type says."""


class CourierLine:
    """A correct endpoint: thread-safe, three guesses in a session, the same answer to a repeat."""

    def __init__(self) -> None:
        self.crm = Crm()
        self.lock = threading.Lock()
        self.told: dict[tuple[object, ...], Instruction] = {}
        self.wrong: Counter[tuple[str, str]] = Counter()

    def respond(self, request: Request) -> Reply:
        """Answer a request."""
        if request.path == STATES_PATH:
            return self.put_into_state(json.loads(request.body))
        if request.path != PATH:
            return Reply(status=404)
        if request.method == "OPTIONS":
            return Reply(status=204, headers={"Allow": ALLOWED})
        if request.method == "HEAD":
            return self.reply(b"")
        if request.method not in ("GET", "POST"):
            return Reply(status=405, headers={"Allow": ALLOWED})
        try:
            parameters = self.parameters(request)
        except UnreadableError:
            return Reply(status=400)
        return self.answer(self.understand(parameters))

    def crashed(self, _error: Exception) -> Reply:
        """Answer when `respond` failed, as servers do."""
        return Reply(status=500, body=b"Internal Server Error")

    def put_into_state(self, wanted: Mapping[str, Any]) -> Reply:
        """Put what is behind the endpoint into a state, for tests."""
        with self.lock:
            if wanted["state"] == "guesses forgotten":
                self.wrong.clear()
                return Reply()
            return Reply(status=200 if self.crm.put(wanted["state"], wanted["params"]) else 422)

    # -- reading ----------------------------------------------------------------------

    def parameters(self, request: Request) -> dict[str, str]:
        """Read the parameters, wherever they are."""
        found = dict(parse_qsl(request.query, keep_blank_values=True, errors="replace"))
        if request.method != "POST" or not request.body.strip():
            return found
        if "json" in request.headers.get("content-type", ""):
            return found | read_json(request.body)
        body = request.body.decode("latin-1")
        return found | dict(parse_qsl(body, keep_blank_values=True, errors="replace"))

    def understand(self, parameters: Mapping[str, str]) -> Asked:
        """Make sense of the parameters; any of them may be absent."""
        return Asked(
            caller=self.caller(parameters),
            called=parameters.get("numb", ""),
            digits=self.digits(parameters),
            session=self.session(parameters),
            direction=parameters.get("direction"),
        )

    def caller(self, parameters: Mapping[str, str]) -> str:
        """Read the caller's number, with a plus or a space that was one."""
        return parameters.get("numa", "").strip().removeprefix("+")

    def digits(self, parameters: Mapping[str, str]) -> str | None:
        """Read what the caller entered; None if nothing."""
        entered = parameters.get("input_result", "").strip()
        return None if entered in _NOTHING_ENTERED else entered

    def session(self, parameters: Mapping[str, str]) -> str | None:
        """Read the id of the call session, by either name."""
        return parameters.get("call_session_id") or parameters.get("cdr_id")

    # -- deciding ---------------------------------------------------------------------

    def answer(self, asked: Asked) -> Reply:
        """Decide, and say it."""
        return self.reply(self.encode(self.instruct(asked)))

    def instruct(self, asked: Asked) -> Instruction:
        """Decide once about each step of a call: a repeated request is the same step."""
        with self.lock:
            if asked.session is None:
                return self.decide(asked)
            step = (*asked.call, asked.digits)
            if step not in self.told:
                self.told[step] = self.decide(asked)
            return self.told[step]

    def decide(self, asked: Asked) -> Instruction:
        """Decide about a call."""
        if not self.is_courier(asked):
            return self.for_others(asked)
        if asked.digits is None:
            return self.for_courier(asked)
        if self.is_locked(asked):
            return OPERATORS
        order = self.find(asked)
        return self.connect(order) if order else self.refuse(asked)

    def is_courier(self, asked: Asked) -> bool:
        """Tell whether a courier is calling."""
        return asked.caller in self.crm.couriers

    def for_others(self, _asked: Asked) -> Instruction:
        """Decide about whoever is no courier."""
        return SHOP

    def for_courier(self, _asked: Asked) -> Instruction:
        """Decide about a courier who has entered nothing yet."""
        return ASK_ORDER

    def is_locked(self, asked: Asked) -> bool:
        """Tell whether a courier has guessed too often."""
        return self.wrong[asked.call] >= MOST_GUESSES

    def find(self, asked: Asked) -> Order | None:
        """Find the open order that a courier has entered, if it is theirs."""
        order = self.crm.orders.get(asked.digits or "")
        return order if order and order.is_open and order.courier == asked.caller else None

    def connect(self, order: Order) -> Instruction:
        """Connect a courier with the customer of an order."""
        return {"phones": [order.customer], "operator_message": "courier.mp3"}

    def refuse(self, asked: Asked) -> Instruction:
        """Refuse an order, without a word about why."""
        self.wrong[asked.call] += 1
        return OPERATORS if self.is_locked(asked) else TRY_AGAIN

    # -- saying -----------------------------------------------------------------------

    def encode(self, instruction: Instruction) -> bytes:
        """Make the body."""
        return json.dumps(instruction, ensure_ascii=False).encode()

    def reply(self, body: bytes) -> Reply:
        """Make the answer."""
        return Reply(body=body, headers={"Content-Type": "application/json"})


def read_json(body: bytes) -> dict[str, str]:
    """Read a JSON object of strings.

    Raises:
        UnreadableError: It is none.
    """
    try:
        members = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableError from error
    if not isinstance(members, dict):
        raise UnreadableError
    return {name: str(value) for name, value in members.items() if value is not None}
