"""Endpoints whose bytes, or whose word for them, are not those of JSON."""

import gzip
import json

from harness.certify.model import Verdict
from tests.broken_endpoints.base import CourierLine, Instruction, Reply
from tests.broken_endpoints.register import broken

_PHP = (
    b"<br />\n<b>Warning</b>:  Undefined array key 5 in <b>/www/crm.php</b> on line <b>12</b>"
    b"<br />\n"
)


@broken("REPLY-021")
class Windows1251(CourierLine):
    """Writes Russian text in windows-1251."""

    def encode(self, instruction: Instruction) -> bytes:
        if "phones" in instruction:
            instruction = {**instruction, "operator_message": "Звонит курьер"}
        return json.dumps(instruction, ensure_ascii=False).encode("cp1251")

    def reply(self, body: bytes) -> Reply:
        return Reply(body=body, headers={"Content-Type": "application/json; charset=windows-1251"})


@broken("REPLY-022")
class Utf16(CourierLine):
    """Writes UTF-16."""

    def encode(self, instruction: Instruction) -> bytes:
        return super().encode(instruction).decode().encode("utf-16")


@broken("REPLY-023")
class ByteOrderMark(CourierLine):
    """Puts a byte order mark before the JSON, as a file saved by an editor."""

    def encode(self, instruction: Instruction) -> bytes:
        return b"\xef\xbb\xbf" + super().encode(instruction)


@broken("REPLY-013", verdict=Verdict.NONSTRICT)
class GzipUnasked(CourierLine):
    """Compresses its answers though nobody said that they could be read."""

    def reply(self, body: bytes) -> Reply:
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        return Reply(body=gzip.compress(body), headers=headers)


@broken("REPLY-014")
class GzipUntold(CourierLine):
    """Compresses its answers and does not say so."""

    def reply(self, body: bytes) -> Reply:
        return Reply(body=gzip.compress(body), headers={"Content-Type": "application/json"})


@broken("REPLY-011", verdict=Verdict.NONSTRICT)
class TextHtml(CourierLine):
    """Calls its JSON text/html, as PHP does unless told otherwise."""

    def reply(self, body: bytes) -> Reply:
        return Reply(body=body, headers={"Content-Type": "text/html; charset=UTF-8"})


@broken("REPLY-010", verdict=Verdict.NONSTRICT)
class NoContentType(CourierLine):
    """Does not say what its answers are."""

    def reply(self, body: bytes) -> Reply:
        return Reply(body=body)


@broken("REPLY-020")
class Koi8(CourierLine):
    """Writes Russian text in KOI8-R, and says so."""

    def encode(self, instruction: Instruction) -> bytes:
        if "phones" in instruction:
            instruction = {**instruction, "operator_message": "Звонит курьер"}
        return json.dumps(instruction, ensure_ascii=False).encode("koi8-r")

    def reply(self, body: bytes) -> Reply:
        return Reply(body=body, headers={"Content-Type": "application/json; charset=koi8-r"})


@broken("REPLY-012", verdict=Verdict.NONSTRICT)
class OtherCharsetDeclared(CourierLine):
    """Declares windows-1251, and sends UTF-8."""

    def encode(self, instruction: Instruction) -> bytes:
        if "phones" in instruction:
            instruction = {**instruction, "operator_message": "Звонит курьер"}
        return super().encode(instruction)

    def reply(self, body: bytes) -> Reply:
        return Reply(body=body, headers={"Content-Type": "application/json; charset=windows-1251"})


@broken("REPLY-044", verdict=Verdict.NONSTRICT)
class HalfACharacter(CourierLine):
    """Cuts its text in the middle of an emoji."""

    def encode(self, instruction: Instruction) -> bytes:
        if "phones" not in instruction:
            return super().encode(instruction)
        return json.dumps({**instruction, "operator_message": "Courier \ud83d"}).encode()
