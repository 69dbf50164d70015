"""The words of the courier line: couriers, orders, calls and what is decided about them."""

import json
from dataclasses import dataclass
from enum import IntEnum, StrEnum

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class CourierKind(StrEnum):
    """Whose courier it is; the shop's trouble began with the outside ones."""

    OWN = "own"
    OUTSIDE = "outside"


class OrderStatus(StrEnum):
    """Only an open order connects anybody to anybody."""

    OPEN = "open"
    CLOSED = "closed"


class CustomerCallback(StrEnum):
    """Where a customer who waits for an order is led when they call the shop's number."""

    COURIER = "courier"
    SHOP = "shop"


class ReturnCode(IntEnum):
    """The slots of the PBX scenario `courier-line`; the administrator fixed them, not we."""

    ASK_ORDER = 1
    SHOP = 2
    TRY_AGAIN = 3
    OPERATORS = 4


class DecisionKind(StrEnum):
    """Why an answer was given; the log keeps it, the PBX never sees it."""

    ASK_ORDER = "ask-order"
    CONNECT_CUSTOMER = "connect-customer"
    REFUSED = "refused"
    """A wrong order number: try again."""
    EXHAUSTED = "exhausted"
    """The wrong order number that used up the tries."""
    LOCKED = "locked"
    """A guess after that: not looked at, right or wrong."""
    CONNECT_COURIER = "connect-courier"
    SHOP = "shop"


WRONG_GUESSES = frozenset({DecisionKind.REFUSED, DecisionKind.EXHAUSTED})
"""The kinds that count against a courier. A locked guess was never tried, so it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Courier:
    """A courier card; the phone is how the PBX lets us recognise the person."""

    phone: str
    name: str
    kind: CourierKind
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """An order on its way. The number is text: `00042` is not `42`."""

    number: str
    courier: str
    customer: str
    status: OrderStatus

    @property
    def is_open(self) -> bool:
        """Whether the courier still has a reason to reach the customer."""
        return self.status is OrderStatus.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRequest:
    """What the PBX asks, cleaned and bounded.

    Attributes:
        sid: The call session id, or None when the PBX sent none.
        phone: The caller's number in E.164 without plus; None for anybody it cannot identify.
        caller: What the log shows as the caller: the phone, or what was sent in its place.
        called: The virtual number that was called.
        entered: The digits the caller typed, as text; empty when nothing was entered.
    """

    sid: str | None = None
    phone: str | None = None
    caller: str = ""
    called: str = ""
    entered: str = ""

    @property
    def step(self) -> str | None:
        """What makes a request a repeat: the session, the caller and the digits.

        The PBX numbers no steps. So typing the same wrong order a second time within one call
        is a repeat of the first request, gets the same answer and is not a new guess. Without a
        session id there is nothing to repeat.
        """
        if self.sid is None:
            return None
        # Cleaned values hold no control characters, so different steps cannot look the same.
        return "\n".join((self.sid, self.caller, self.entered))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything about one call that the decision may depend on.

    Attributes:
        courier: The caller's own courier card, active or not.
        order: The order with the typed number; looked up for active couriers only.
        awaited: An open order that the caller waits for as a customer.
        awaited_from: The courier who carries it.
        wrong_in_session: Wrong guesses of this caller in this session.
        wrong_in_hour: Wrong guesses of this courier in the last hour, over all sessions.
    """

    courier: Courier | None = None
    order: Order | None = None
    awaited: Order | None = None
    awaited_from: Courier | None = None
    wrong_in_session: int = 0
    wrong_in_hour: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the shop may choose about the courier line."""

    customer_callback: CustomerCallback = CustomerCallback.COURIER
    guesses_per_session: int = 3
    guesses_per_hour: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """An instruction for the PBX and why it is given: phones to dial, or a return code."""

    kind: DecisionKind
    phones: tuple[str, ...] = ()
    operator_message: str = ""
    returned_code: ReturnCode | None = None

    @property
    def body(self) -> str:
        """The instruction as compact JSON, the way it is sent and logged."""
        if self.returned_code is not None:
            return f'{{"returned_code":{self.returned_code:d}}}'
        return _ENCODER.encode({"phones": self.phones, "operator_message": self.operator_message})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a call was told.

    Attributes:
        body: The JSON text sent to the PBX.
        kind: Why it was decided so.
        repeated: Whether the log already held this answer.
    """

    body: str
    kind: DecisionKind
    repeated: bool = False
