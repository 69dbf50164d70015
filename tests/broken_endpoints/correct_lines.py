"""Correct endpoints on `http.server` and on streams, in different styles: none may be failed."""

import itertools
from collections import Counter
from collections.abc import Mapping

from mockpbx.wire.request import Dialect
from tests.broken_endpoints.base import OPERATORS, Asked, CourierLine, Instruction
from tests.broken_endpoints.crm import STANDARD, Order
from tests.broken_endpoints.register import correct

_NO_SECOND_TRY = {"SEQ-050": "a typing error should be fixed on the same call"}


@correct(states=True)
class Plain(CourierLine):
    """The base of all others, with a states address."""


@correct(facts=STANDARD)
class FewFacts(CourierLine):
    """The base, with no more facts than a manifest is asked for."""


@correct()
class ShopOnExtensions(CourierLine):
    """Leads a stranger to the shop's extensions instead of giving a code."""

    def for_others(self, _asked: Asked) -> Instruction:
        return {"phones": ["101", "102"]}


@correct()
class ShopsPhone(CourierLine):
    """Leads a stranger to the shop's phone, after a greeting."""

    def for_others(self, _asked: Asked) -> Instruction:
        return {"phones": ["74950000101"], "text": "Здравствуйте! Соединяем с магазином «Ромашка»."}


@correct()
class OperatorsTakeTurns(CourierLine):
    """Leads strangers to one operator after another."""

    def __init__(self) -> None:
        super().__init__()
        self.turns = itertools.cycle(["101", "102", "103"])

    def for_others(self, _asked: Asked) -> Instruction:
        return {"phones": [next(self.turns)]}


@correct()
class SilentToOperators(CourierLine):
    """Leads a courier who was asked and types nothing to the operators."""

    def __init__(self) -> None:
        super().__init__()
        self.silent: Counter[tuple[str, str]] = Counter()

    def instruct(self, asked: Asked) -> Instruction:
        # The first question of a call may come again; who is silent for long is another matter.
        if asked.digits is None and self.is_courier(asked):
            self.silent[asked.call] += 1
            if self.silent[asked.call] > 3:
                return OPERATORS
        return super().instruct(asked)


@correct(remarks={"REQ-034": "only None is documented"})
class EmptyToOperators(CourierLine):
    """Leads a courier whose input is empty, which nobody documents, to the operators."""

    def digits(self, parameters: Mapping[str, str]) -> str | None:
        return "#" if parameters.get("input_result") == "" else super().digits(parameters)

    def decide(self, asked: Asked) -> Instruction:
        return OPERATORS if asked.digits == "#" else super().decide(asked)


@correct()
class Shortcut(CourierLine):
    """Connects a courier with one open order at once."""

    def for_courier(self, asked: Asked) -> Instruction:
        own = self.crm.own(asked.caller)
        return self.connect(own[0]) if len(own) == 1 else super().for_courier(asked)


@correct(facts=STANDARD)
class ShortcutForAll(CourierLine):
    """Never asks: each of its couriers has one open order."""

    def __init__(self) -> None:
        super().__init__()
        for extra in ("10524", "00042", "10702"):
            del self.crm.orders[extra]

    def for_courier(self, asked: Asked) -> Instruction:
        own = self.crm.own(asked.caller)
        return self.connect(own[0]) if own else super().for_courier(asked)


@correct()
class CallbackToTheCourier(CourierLine):
    """Connects a customer who calls back with the courier of their order."""

    def for_others(self, asked: Asked) -> Instruction:
        awaited = self.crm.awaited(asked.caller)
        return {"phones": [awaited[0].courier]} if awaited else super().for_others(asked)


@correct()
class WhisperOfText(CourierLine):
    """Whispers a text to whoever answers."""

    def connect(self, order: Order) -> Instruction:
        text = f"Звонит курьер, заказ {order.number}"
        return {"phones": [order.customer], "operator_message": text}


@correct(remarks={"REPLY-096": "the documentation leaves this shape open"})
class WhisperOfKeys(CourierLine):
    """Gives the kinds of whisper as members of operator_message."""

    def connect(self, order: Order) -> Instruction:
        whisper = {"operator_text": f"Courier, order {order.number}"}
        return {"phones": [order.customer], "operator_message": whisper}


@correct(remarks={"REPLY-097": "the documentation leaves this shape open"})
class WhisperAtTheRoot(CourierLine):
    """Gives the kind of whisper as a key of the answer."""

    def connect(self, order: Order) -> Instruction:
        return {"phones": [order.customer], "operator_media": "courier.mp3"}


@correct()
class PhonesOnly(CourierLine):
    """Names the customer and says nothing else."""

    def connect(self, order: Order) -> Instruction:
        return {"phones": [order.customer]}


@correct(remarks=_NO_SECOND_TRY)
class AnnouncesAndHangsUp(CourierLine):
    """Tells a courier who guesses to call the shop, and ends the call."""

    def refuse(self, asked: Asked) -> Instruction:
        super().refuse(asked)
        return {"message_name": "call-the-shop.mp3"}


@correct(remarks=_NO_SECOND_TRY)
class GivesUpAtOnce(CourierLine):
    """Leads a courier to the operators after one wrong order."""

    def refuse(self, asked: Asked) -> Instruction:
        self.wrong[asked.call] = 3
        return OPERATORS


@correct(states=True)
class StrictLocker(CourierLine):
    """Locks a courier who guesses: three in a session, ten by the courier."""

    def __init__(self) -> None:
        super().__init__()
        self.by_courier: Counter[str] = Counter()

    def is_locked(self, asked: Asked) -> bool:
        return (
            super().is_locked(asked)
            or sum(count for (_, caller), count in self.wrong.items() if caller == asked.caller)
            >= 10
        )


@correct(dialect=Dialect.NOVOFON)
class Novofon(CourierLine):
    """Knows call_session_id only, and is declared for Novofon."""

    def session(self, parameters: Mapping[str, str]) -> str | None:
        return parameters.get("call_session_id")


@correct(dialect=Dialect.CALLGEAR)
class Callgear(CourierLine):
    """Is declared for CallGear, which sends the direction."""


@correct(remarks={"REPLY-055": "keys that nobody documents"})
class ExtraKeys(CourierLine):
    """Sends keys of its own beside the instruction."""

    def encode(self, instruction: Instruction) -> bytes:
        return super().encode({"ok": True, **instruction, "version": {"api": 2}})


@correct(remarks={"REPLY-082": "a number is documented"})
class CodesInQuotes(CourierLine):
    """Sends its return codes as strings of digits."""

    def encode(self, instruction: Instruction) -> bytes:
        code = instruction.get("returned_code")
        return super().encode({"returned_code": str(code)} if code else instruction)


@correct(remarks={"REPLY-086": "the shape of several codes is not documented"})
class CodesInAList(CourierLine):
    """Sends its return code as a list of one."""

    def encode(self, instruction: Instruction) -> bytes:
        code = instruction.get("returned_code")
        return super().encode({"returned_code": [code]} if code else instruction)
