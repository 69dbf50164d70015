"""Endpoints whose JSON is no instruction, or one that leads nowhere."""

from harness.certify.model import Verdict
from tests.broken_endpoints.base import SHOP, Asked, CourierLine, Instruction
from tests.broken_endpoints.crm import Order
from tests.broken_endpoints.register import broken


@broken("REPLY-053", verdict=Verdict.INFO)
class BothInstructions(CourierLine):
    """Names phones and a return code in one answer."""

    def connect(self, order: Order) -> Instruction:
        return {"phones": [order.customer], "returned_code": 4}


@broken("REPLY-050")
class NeitherInstruction(CourierLine):
    """Says "ok" in JSON, and nothing that the PBX could do."""

    def for_others(self, _asked: Asked) -> Instruction:
        return {"result": "ok"}


@broken("REPLY-050")
class EmptyObject(CourierLine):
    """Gives an empty object for an order that is not found."""

    def refuse(self, asked: Asked) -> Instruction:
        super().refuse(asked)
        return {}


@broken("REPLY-090", verdict=Verdict.INFO)
class BothAnnouncements(CourierLine):
    """Gives a file and a text to announce at once."""

    def connect(self, order: Order) -> Instruction:
        announced = {"message_name": "wait.mp3", "text": "Please wait"}
        return {"phones": [order.customer], **announced}


@broken("REPLY-092", verdict=Verdict.INFO)
class EmptyText(CourierLine):
    """Announces an empty text."""

    def connect(self, order: Order) -> Instruction:
        return {"phones": [order.customer], "text": ""}


@broken("REPLY-080")
class CodeWithoutSlot(CourierLine):
    """Gives a return code that has no slot in the scenario."""

    def for_others(self, _asked: Asked) -> Instruction:
        return {"returned_code": 99}


@broken("REPLY-080")
class CodeAsWord(CourierLine):
    """Gives return codes as words that the scenario does not know."""

    def for_courier(self, _asked: Asked) -> Instruction:
        return {"returned_code": "auth_ok"}


@broken("REPLY-083")
class CodeAsFraction(CourierLine):
    """Gives a return code that is no whole number."""

    def for_others(self, _asked: Asked) -> Instruction:
        return {"returned_code": 2.5}


@broken("REPLY-085")
class CodeAsObject(CourierLine):
    """Gives a return code as an object with a reason."""

    def refuse(self, asked: Asked) -> Instruction:
        return {"returned_code": {"code": super().refuse(asked)["returned_code"]}}


@broken("REPLY-084")
class CodeNegative(CourierLine):
    """Gives -1 as return code for an order that is not found."""

    def refuse(self, asked: Asked) -> Instruction:
        super().refuse(asked)
        return {"returned_code": -1}


@broken("REPLY-101", verdict=Verdict.INFO)
class TemplateUnfilled(CourierLine):
    """Leaves a placeholder of its template in the whisper."""

    def connect(self, order: Order) -> Instruction:
        return {"phones": [order.customer], "operator_message": "Order {{ order.number }}"}


@broken("SEQ-028", verdict=Verdict.NONSTRICT)
class AsksEverybody(CourierLine):
    """Asks a stranger for an order number."""

    def for_others(self, asked: Asked) -> Instruction:
        return SHOP if asked.digits else {"returned_code": 1}


@broken("REPLY-091")
class TextAsList(CourierLine):
    """Announces a list of sentences."""

    def for_others(self, _asked: Asked) -> Instruction:
        return {"phones": ["74950000101"], "text": ["Hello", "Please wait"]}


@broken("REPLY-092", verdict=Verdict.INFO)
class WhisperNull(CourierLine):
    """Whispers null, where there is nothing to say."""

    def connect(self, order: Order) -> Instruction:
        return {"phones": [order.customer], "operator_message": None}


@broken("REPLY-098")
class WhisperOfANumber(CourierLine):
    """Whispers the number of the order as a number."""

    def connect(self, order: Order) -> Instruction:
        return {"phones": [order.customer], "operator_message": int(order.number)}


@broken("REPLY-064", verdict=Verdict.INFO)
class UnsetIsNull(CourierLine):
    """Sends every field it knows, and null for those that are not set."""

    def encode(self, instruction: Instruction) -> bytes:
        fields = ("phones", "text", "message_name", "operator_message", "returned_code")
        return super().encode({name: instruction.get(name) for name in fields})


@broken("REPLY-087", verdict=Verdict.INFO)
class CodeNull(CourierLine):
    """Sends null for the return code where it names a phone."""

    def connect(self, order: Order) -> Instruction:
        return {"returned_code": None, **super().connect(order)}


@broken("REPLY-099", verdict=Verdict.INFO)
class WhisperToNobody(CourierLine):
    """Whispers to whoever answers, and dials nobody."""

    def for_others(self, asked: Asked) -> Instruction:
        return {**super().for_others(asked), "operator_message": "stranger.mp3"}


@broken("REPLY-054", verdict=Verdict.INFO)
class AnnouncementWithCode(CourierLine):
    """Announces something next to a return code."""

    def for_courier(self, asked: Asked) -> Instruction:
        return {**super().for_courier(asked), "text": "Please enter the order number"}
