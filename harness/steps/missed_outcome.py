"""What is otherwise than a feature wants: as data, and as text in the feature's language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from harness.steps.place import Place
from mockpbx.callscript.expectations import Miss
from mockpbx.core.observed import Failure, Observed

_TEXTS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "miss": "expected {expected}, received {received}",
        "cause": "Cause: the answer to request {request_id} is no instruction, {failure}",
        "path": " at {path}",
    },
    "ru": {
        "miss": "ожидалось: {expected}, получено: {received}",
        "cause": "Причина: ответ на запрос {request_id} — не инструкция, {failure}",
        "path": " в {path}",
    },
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """An answer of the endpoint that is no instruction.

    Attributes:
        request_id: The request's number in the call.
        failure: Why it is none.
    """

    request_id: int
    failure: Failure


@dataclass(frozen=True, slots=True, kw_only=True)
class MissedOutcome:
    """An outcome that a feature wants and a call did not come to.

    Attributes:
        place: The step that wants it.
        misses: What is otherwise; one without a name is named by its step.
        caller: What the caller lived through, in one sentence.
        causes: What the endpoint's own answers lacked.
    """

    place: Place
    misses: tuple[Miss, ...]
    caller: str
    causes: tuple[Cause, ...] = ()

    @property
    def text(self) -> str:
        """All of it for people, in the feature's language."""
        return "\n".join([str(self.place), self._missed, self.caller, *self._lacking])

    @property
    def received(self) -> str:
        """What came in the place of the outcome, in one line."""
        return "; ".join([self._missed, *self._lacking])

    @property
    def _missed(self) -> str:
        return "; ".join(_miss(miss, self._texts) for miss in self.misses)

    @property
    def _lacking(self) -> list[str]:
        return [_cause(cause, self._texts) for cause in self.causes]

    @property
    def _texts(self) -> Mapping[str, str]:
        return _TEXTS.get(self.place.lang, _TEXTS["en"])

    def masked(self, mask: Callable[[str], str]) -> "MissedOutcome":
        """Return it with numbers hidden."""
        return replace(
            self,
            place=replace(self.place, sentence=mask(self.place.sentence)),
            misses=tuple(
                replace(miss, expected=mask(miss.expected), received=mask(miss.received))
                for miss in self.misses
            ),
            caller=mask(self.caller),
            causes=tuple(
                replace(cause, failure=replace(cause.failure, detail=mask(cause.failure.detail)))
                for cause in self.causes
            ),
        )

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """Make it of JSON."""
        return cls(
            place=Place(**content["place"]),
            misses=tuple(Miss(**miss) for miss in content["misses"]),
            caller=content["caller"],
            causes=tuple(_cause_of(cause) for cause in content["causes"]),
        )


def _miss(miss: Miss, texts: Mapping[str, str]) -> str:
    said = texts["miss"].format(expected=miss.expected, received=miss.received)
    return f"{miss.what}: {said}" if miss.what else said


def _cause(cause: Cause, texts: Mapping[str, str]) -> str:
    failure = cause.failure
    path = texts["path"].format(path=failure.path) if failure.path else ""
    said = f"{failure.observed.value}: {failure.detail}{path}"
    return texts["cause"].format(request_id=cause.request_id, failure=said)


def _cause_of(content: Mapping[str, Any]) -> Cause:
    failure = {**content["failure"], "observed": Observed(content["failure"]["observed"])}
    return Cause(request_id=content["request_id"], failure=Failure(**failure))
