"""Looks at the answers to ordinary calls: the frame that all checks of a reply share.

A check is a row: which answers it looks at, and what is wrong with one of them. It judges
its own matter only; an answer that does not get as far is the business of another case.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from harness.certify.checks.reply_text import Encoding, Nothing, Read, decode, read_json
from harness.certify.context import Context, ObservedReply
from harness.certify.reasons import Finding, not_applicable, satisfied, violated
from harness.certify.registry import check
from harness.display.counting import counted
from mockpbx.core.observed import Failure, Observed
from mockpbx.core.scenario import Scenario
from mockpbx.wire.content import decompressed
from mockpbx.wire.messages import HttpReply
from mockpbx.wire.rejected import Rejected
from mockpbx.wire.strict_json import LIMITS

OK = 200
_CHARSET = re.compile(r";\s*charset\s*=\s*[\"']?([^\"';\s]+)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An HTTP answer to an ordinary question.

    Attributes:
        sample: The question and its call.
        reply: The answer.
        scenario: The PBX scenario.
    """

    sample: ObservedReply
    reply: HttpReply
    scenario: Scenario

    @property
    def charset(self) -> str | None:
        """The charset that Content-Type names, in small letters."""
        found = _CHARSET.search(self.reply.header("Content-Type") or "")
        return found[1].lower() if found else None

    @cached_property
    def _decompressed(self) -> bytes | Failure:
        try:
            return decompressed(self.reply, LIMITS)
        except Rejected as rejected:
            return rejected.failure

    @property
    def undecodable(self) -> str | None:
        """Why the content encoding cannot be undone, if it cannot."""
        found = self._decompressed
        if isinstance(found, bytes) or found.observed is not Observed.CONTENT_ENCODING:
            return None
        return found.detail

    @property
    def body(self) -> bytes | None:
        """The body of a success without its content encoding, if it can be had."""
        found = self._decompressed
        return found if isinstance(found, bytes) and self.reply.status == OK else None

    @cached_property
    def decoded(self) -> tuple[Encoding, str | None]:
        """How the body is encoded, and its text if it can be told."""
        return decode(self.body or b"", self.charset)

    @cached_property
    def json(self) -> Read:
        """The text as JSON, as far as it goes."""
        return read_json(self.decoded[1] or "")

    @property
    def keys(self) -> dict[str, object]:
        """The JSON object of the answer; empty if there is none."""
        return self.json.value if isinstance(self.json.value, dict) else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Among:
    """Which answers a check looks at.

    Attributes:
        named: What they are, after the word answers.
        holds: Tells whether an answer is one of them.
    """

    named: str
    holds: Callable[[Answer], bool]


ANSWERS = Among(named="", holds=lambda _: True)
SUCCESSES = Among(named=" with status 200", holds=lambda one: one.reply.status == OK)
BODIES = Among(named=" with a body to decode", holds=lambda one: one.body is not None)
TEXTS = Among(
    named=" with readable text",
    holds=lambda one: one.body is not None and one.decoded[1] is not None,
)
VALUES = Among(
    named=" with JSON",
    holds=lambda one: TEXTS.holds(one) and one.json.value is not Nothing.NOTHING,
)
OBJECTS = Among(
    named=" with a JSON object",
    holds=lambda one: TEXTS.holds(one) and isinstance(one.json.value, dict),
)


def having(name: str) -> Among:
    """Choose the answers with this key."""
    return Among(named=f" with {name}", holds=lambda one: OBJECTS.holds(one) and name in one.keys)


async def gather(context: Context) -> list[Answer]:
    """Return the HTTP answers to the ordinary calls."""
    return [
        Answer(sample=sample, reply=sample.exchange.reply, scenario=context.scenario)
        for sample in await context.common_calls()
        if sample.exchange.reply is not None
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a check of answers looks for.

    Attributes:
        among: Which answers it looks at; if there are none, there is nothing to judge.
        wrong: Says what is wrong with an answer; None if nothing is.
        expected: What is wanted instead, for the end of "expected".
    """

    among: Among
    wrong: Callable[[Answer], str | None]
    expected: str

    def judged(self, answers: Sequence[Answer]) -> tuple[Finding, tuple[ObservedReply, ...]]:
        """Judge answers; give what shows it: those that are wrong, or the first if none is."""
        looked_at = [one for one in answers if self.among.holds(one)]
        if not looked_at:
            return not_applicable(f"the ordinary calls brought no answer{self.among.named}"), ()
        found = [(one.sample, said) for one in looked_at if (said := self.wrong(one)) is not None]
        if not found:
            answers_seen = counted(len(looked_at), "answer")
            said = f"{answers_seen}{self.among.named}: {self.expected}"
            return satisfied(said), (looked_at[0].sample,)
        (first, said), others = found[0], len(found) - 1
        more = f" and {others} more" if others else ""
        finding = violated(
            expected=self.expected,
            received=f"{said} ({first.label}{more})",
            blamed=tuple(sample.exchange for sample, _ in found),
        )
        return finding, tuple(sample for sample, _ in found)


LOOKS: dict[str, Look] = {}
"""By the case."""


def look(
    case_id: str, among: Among, wrong: Callable[[Answer], str | None], *, expected: str
) -> None:
    """Register a check of ordinary answers.

    Args:
        case_id: The case.
        among: Which answers it looks at; if there are none, there is nothing to judge.
        wrong: Says what is wrong with an answer; None if nothing is.
        expected: What is wanted instead, for the end of "expected".
    """
    LOOKS[case_id] = Look(among=among, wrong=wrong, expected=expected)

    async def looks(context: Context) -> Finding:
        finding, shown = LOOKS[case_id].judged(await gather(context))
        for sample in shown:
            context.show(sample)
        return finding

    looks.__name__ = f"looks for {case_id}"
    check(case_id)(looks)
