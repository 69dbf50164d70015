"""Endpoints whose answer is no JSON, or not the JSON of an answer."""

import json

from harness.certify.model import Verdict
from tests.broken_endpoints.base import CourierLine, Instruction, Reply
from tests.broken_endpoints.register import broken

_PHP = (
    b"<br />\n<b>Warning</b>:  Undefined array key 5 in <b>/www/crm.php</b> on line <b>12</b>"
    b"<br />\n"
)


@broken("REPLY-040")
class JsonInAString(CourierLine):
    """Encodes its JSON twice: the answer is a JSON string that holds JSON."""

    def encode(self, instruction: Instruction) -> bytes:
        return json.dumps(json.dumps(instruction)).encode()


@broken("REPLY-039")
class GluedQuotes(CourierLine):
    """Glues its JSON from strings, and a customer's name has quotes in it."""

    def encode(self, instruction: Instruction) -> bytes:
        if "phones" not in instruction:
            return super().encode(instruction)
        phones = "', '".join(instruction["phones"])
        return f'{{"phones": ["{phones}"], "operator_message": "Заказ для ООО "Ромашка""}}'.encode()


@broken("REPLY-039")
class GluedNumbers(CourierLine):
    """Glues phone numbers into its JSON without quotes, with their plus."""

    def encode(self, instruction: Instruction) -> bytes:
        if "phones" not in instruction:
            return super().encode(instruction)
        return f'{{"phones": [+{instruction["phones"][0]}]}}'.encode()


@broken("REPLY-035")
class SingleQuotes(CourierLine):
    """Prints a dictionary of its language instead of JSON."""

    def encode(self, instruction: Instruction) -> bytes:
        return str(instruction).encode()


@broken("REPLY-032")
class PhpWarning(CourierLine):
    """Lets a PHP warning stand before the JSON when there is no order."""

    def encode(self, instruction: Instruction) -> bytes:
        warning = b"" if "phones" in instruction else _PHP
        return warning + super().encode(instruction)


@broken("REPLY-031")
class HtmlErrorPage(CourierLine):
    """Shows an error page, with status 200, to whoever is no courier."""

    def reply(self, body: bytes) -> Reply:
        if b"2}" not in body:
            return super().reply(body)
        page = b"<!DOCTYPE html><html><body><h1>Sorry, something went wrong</h1></body></html>"
        return Reply(body=page, headers={"Content-Type": "text/html; charset=utf-8"})


@broken("REPLY-037")
class NotANumber(CourierLine):
    """Sends NaN, which some languages write for an empty field."""

    def encode(self, instruction: Instruction) -> bytes:
        return json.dumps({**instruction, "priority": float("nan")}).encode()


@broken("REPLY-038", verdict=Verdict.NONSTRICT)
class KeyGivenTwice(CourierLine):
    """Gives a key twice, with different values."""

    def encode(self, instruction: Instruction) -> bytes:
        if "phones" not in instruction:
            return super().encode(instruction)
        return b'{"phones": ["74950000101"], ' + super().encode(instruction)[1:]


@broken("REPLY-033")
class TrailingGarbage(CourierLine):
    """Goes on after the end of the JSON, with a comment of its template."""

    def encode(self, instruction: Instruction) -> bytes:
        return super().encode(instruction) + b"\n<!-- 0.003 s -->"


@broken("REPLY-036")
class TrailingComma(CourierLine):
    """Leaves a comma after the last member."""

    def encode(self, instruction: Instruction) -> bytes:
        return super().encode(instruction)[:-1] + b",}"


@broken("REPLY-034")
class Truncated(CourierLine):
    """Cuts its answers off after forty bytes, in agreement with Content-Length."""

    def encode(self, instruction: Instruction) -> bytes:
        return super().encode(instruction)[:40]


@broken("REPLY-030")
class EmptyBody(CourierLine):
    """Says nothing, with status 200, to whoever is no courier."""

    def encode(self, instruction: Instruction) -> bytes:
        return b"" if instruction.get("returned_code") == 2 else super().encode(instruction)


@broken("REPLY-041")
class ListAtTheRoot(CourierLine):
    """Wraps the object in a list."""

    def encode(self, instruction: Instruction) -> bytes:
        return json.dumps([instruction]).encode()


@broken("REPLY-052")
class WrappedInData(CourierLine):
    """Wraps the instruction in an object of its framework."""

    def encode(self, instruction: Instruction) -> bytes:
        return json.dumps({"status": "ok", "data": instruction}).encode()


@broken("REPLY-042")
class NullForNobody(CourierLine):
    """Answers `null` to whoever is no courier."""

    def encode(self, instruction: Instruction) -> bytes:
        return b"null" if instruction.get("returned_code") == 2 else super().encode(instruction)


@broken("REPLY-032")
class Jsonp(CourierLine):
    """Wraps the JSON in a call, as for a browser of long ago."""

    def encode(self, instruction: Instruction) -> bytes:
        return b"callback(" + super().encode(instruction) + b");"
