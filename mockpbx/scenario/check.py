"""What must hold between the operations of a scenario."""

from collections import deque
from collections.abc import Iterator, Mapping

from mockpbx.errors import Problem
from mockpbx.filemodel import Document, Key, suggest
from mockpbx.scenario.model import ForwardFile, OperationFile, ScenarioFile


def problems(file: ScenarioFile, document: Document) -> list[Problem]:
    """Return all that is wrong with a scenario as a whole, in the order of the file."""
    found = [
        *_unknown_targets(file, document),
        *_endless(file.operations, document),
        *_idle_ring_times(file.operations, document),
    ]
    return sorted(found, key=lambda problem: problem.line or 0)


def _unknown_targets(file: ScenarioFile, document: Document) -> Iterator[Problem]:
    named: list[tuple[Key, str]] = [(("start",), file.start)]
    for name, operation in file.operations.items():
        named += [(("operations", name, *key), target) for key, target in operation.targets()]
    for key, target in named:
        if target not in file.operations:
            near = suggest(target, file.operations)
            yield document.problem(key, f"there is no operation {target}; {near}")


def _endless(operations: Mapping[str, OperationFile], document: Document) -> Iterator[Problem]:
    """Find circles in which nothing ever waits; only the transition limit would end them."""
    instant = {
        name: [target for _, target in operation.targets()]
        for name, operation in operations.items()
        if operation.kind in ("goto", "schedule")
    }
    reported: set[str] = set()
    for name in instant:
        circle = _way_back(name, instant)
        if circle and reported.isdisjoint(circle):
            reported.update(circle)
            way = " → ".join((*circle, name))
            message = f"{way} goes round and nothing in it waits; lead one of them elsewhere"
            yield document.problem(("operations", name, operations[name].kind), message)


def _way_back(start: str, instant: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Return the shortest way from an operation back to itself, empty if there is none."""
    ways: deque[tuple[str, ...]] = deque([(start,)])
    seen: set[str] = set()
    while ways:
        way = ways.popleft()
        for target in instant.get(way[-1], ()):
            if target == start:
                return way
            if target not in seen:
                seen.add(target)
                ways.append((*way, target))
    return ()


def _idle_ring_times(
    operations: Mapping[str, OperationFile], document: Document
) -> Iterator[Problem]:
    """Find ring times for numbers that a forward does not dial."""
    for name, operation in operations.items():
        settings = operation.settings
        if isinstance(settings, ForwardFile):
            for phone in settings.ring_times:
                if phone not in settings.phones:
                    key = ("operations", name, "forward", "ring_times", phone)
                    near = suggest(phone, settings.phones)
                    yield document.problem(key, f"{phone} is not one of its phones; {near}")
