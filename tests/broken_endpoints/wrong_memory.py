"""Endpoints that remember too little, too much, or the wrong call."""

import itertools
import threading
from collections import Counter

from harness.certify.model import Verdict
from tests.broken_endpoints.base import (
    ASK_ORDER,
    OPERATORS,
    SHOP,
    Asked,
    CourierLine,
    Instruction,
    Reply,
)
from tests.broken_endpoints.crm import Order
from tests.broken_endpoints.register import broken

_MEETING_S = 0.25
"""How long a call waits for one that crosses it: long enough for any that came with it."""


class _Forgetful(CourierLine):
    """Decides anew about every request, also about a repeated one."""

    def instruct(self, asked: Asked) -> Instruction:
        with self.lock:
            return self.decide(asked)


@broken("CONC-006", verdict=Verdict.NONSTRICT)
class CountsRepeatedGuesses(_Forgetful):
    """Counts a wrong order that the PBX repeats as another guess."""


@broken("CONC-001", verdict=Verdict.NONSTRICT)
class SecondTimeSomethingElse(_Forgetful):
    """Answers a repeated request otherwise: it takes it for the courier's next step."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[tuple[object, ...]] = Counter()

    def decide(self, asked: Asked) -> Instruction:
        step = (*asked.call, asked.digits)
        self.asked[step] += 1
        return super().decide(asked) if self.asked[step] == 1 else OPERATORS


@broken("CONC-002", verdict=Verdict.NONSTRICT)
class OrderServedOnce(_Forgetful):
    """Takes an order off its list when it has connected it, and knows nothing of repeats."""

    def connect(self, order: Order) -> Instruction:
        del self.crm.orders[order.number]
        return super().connect(order)


@broken("CONC-023")
class AnswersOfTheCrossingCall(CourierLine):
    """Keeps the call in hand in one shared place, where a crossing call puts its own."""

    def __init__(self) -> None:
        super().__init__()
        self.arrived = threading.Condition()
        self.tickets = itertools.count()
        self.in_hand: dict[int, Asked] = {}

    def answer(self, asked: Asked) -> Reply:
        """Wait for a call of somebody else, and take the question for theirs."""
        with self.arrived:
            ticket = next(self.tickets)
            for other, theirs in self.in_hand.items():
                if theirs.caller != asked.caller:
                    self.in_hand[other] = asked
            self.in_hand[ticket] = asked
            self.arrived.notify_all()
            self.arrived.wait_for(lambda: self.in_hand[ticket] is not asked, timeout=_MEETING_S)
            taken_for = self.in_hand.pop(ticket)
        return super().answer(taken_for)


@broken("CONC-021")
class RoundRobin(CourierLine):
    """A stub that gives couriers its answers in turn, whoever asks and for whatever."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = itertools.cycle([ASK_ORDER, self.connect(self.crm.orders["10523"])])

    def instruct(self, asked: Asked) -> Instruction:
        return next(self.turns) if self.is_courier(asked) else SHOP


@broken("CONC-020")
class KeepsOneSession(CourierLine):
    """Keeps one session: a second question of any other call is not recognised."""

    def __init__(self) -> None:
        super().__init__()
        self.current: str | None = None

    def decide(self, asked: Asked) -> Instruction:
        if asked.digits is None:
            self.current = asked.session
        elif asked.session != self.current:
            return OPERATORS
        return super().decide(asked)


@broken("CONC-030")
class CallerOfTheSession(CourierLine):
    """Knows a caller by the session alone: who bears a courier's session is the courier."""

    def __init__(self) -> None:
        super().__init__()
        self.callers: dict[str, str] = {}

    def answer(self, asked: Asked) -> Reply:
        if asked.session and asked.caller in self.crm.couriers:
            self.callers[asked.session] = asked.caller
        caller = self.callers.get(asked.session or "", asked.caller)
        known = Asked(
            caller=caller, called=asked.called, digits=asked.digits, session=asked.session
        )
        return super().answer(known)


@broken("SEQ-004")
class SessionIgnored(CourierLine):
    """Remembers steps by the caller alone: a redial is the call before it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def instruct(self, asked: Asked) -> Instruction:
        # The second question of a courier is the one with the digits, it thinks.
        if asked.digits is None and asked.caller in self.asked:
            self.asked.discard(asked.caller)
            return OPERATORS
        self.asked.add(asked.caller)
        return super().instruct(asked)


@broken("SEQ-056", verdict=Verdict.INFO, states=True)
class NeverStopsGuessing(CourierLine):
    """Lets a courier guess for ever."""

    def is_locked(self, _asked: Asked) -> bool:
        return False


@broken("CONC-040")
class LocksForTheCorrectOrder(CourierLine):
    """Counts the correct order as a guess, too: after three calls it serves no more."""

    def find(self, asked: Asked) -> Order | None:
        found = super().find(asked)
        self.wrong[asked.caller, ""] += 1
        return found if self.wrong[asked.caller, ""] <= 3 else None


@broken("SEQ-004")
class SecondCallFails(CourierLine):
    """Connects an order once; the courier who redials is told that it is done."""

    def __init__(self) -> None:
        super().__init__()
        self.done: set[str] = set()

    def find(self, asked: Asked) -> Order | None:
        found = super().find(asked)
        if found is None or found.number in self.done:
            return None
        self.done.add(found.number)
        return found


@broken("PRIV-053", verdict=Verdict.NONSTRICT)
class RightOrderUnlocks(CourierLine):
    """Sends who has guessed thrice to the operators, and still answers their next guess."""

    def is_locked(self, asked: Asked) -> bool:
        return super().is_locked(asked) and self.find(asked) is None


@broken("SEQ-051", verdict=Verdict.NONSTRICT, states=True)
class TypingErrorLocksTheCourier(CourierLine):
    """Remembers a typing error against the courier, on their next call, too."""

    def is_locked(self, asked: Asked) -> bool:
        return any(caller == asked.caller for _, caller in self.wrong)


@broken("SEQ-061", verdict=Verdict.NONSTRICT, states=True)
class OrdersReadOnce(CourierLine):
    """Reads a courier's orders when the call begins, and does not look again."""

    def __init__(self) -> None:
        super().__init__()
        self.read: dict[tuple[str, str], list[Order]] = {}

    def for_courier(self, asked: Asked) -> Instruction:
        self.read[asked.call] = self.crm.own(asked.caller)
        return super().for_courier(asked)

    def find(self, asked: Asked) -> Order | None:
        mine = self.read.get(asked.call, self.crm.own(asked.caller))
        return next((one for one in mine if one.number == asked.digits), None)


@broken("SEQ-062", verdict=Verdict.NONSTRICT, states=True)
class CouriersReadOnce(CourierLine):
    """Reads its couriers when it starts, and does not look again."""

    def __init__(self) -> None:
        super().__init__()
        self.couriers = frozenset(self.crm.couriers)

    def is_courier(self, asked: Asked) -> bool:
        return asked.caller in self.couriers


@broken("CONC-020")
class ConfusedForGood(CourierLine):
    """Has room for one courier who is about to type: a second one confuses it for good."""

    def __init__(self) -> None:
        super().__init__()
        self.typing: set[tuple[str, str]] = set()
        self.confused = False

    def decide(self, asked: Asked) -> Instruction:
        if self.is_courier(asked):
            change = self.typing.add if asked.digits is None else self.typing.discard
            change(asked.call)
        self.confused = self.confused or len(self.typing) > 1
        courier = self.confused and self.is_courier(asked)
        return OPERATORS if courier else super().decide(asked)
