"""Mutants of the reference server's decisions: each condition turned round, each part left out."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROUTING = Path(__file__).parents[2] / "reference_server" / "routing.py"

HARMLESS = {
    "may_guess: without courier.active": "what is looked up decides nothing for former couriers",
    "may_guess: without call.entered": "there is no order without a number",
    "_decide_for_others: without order.is_open": "only open orders are looked up for customers",
    "_decide_for_others: without order is None": "an order is always looked up with its courier",
    "_decide_for_others: without courier is None": "an order is always looked up with its courier",
    "_decide_for_others: without policy.customer_callback is CustomerCallback.SHOP": (
        "the features run against the default, which is the courier"
    ),
}
"""Mutants that behave as the original does, and why."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A change of the decision.

    Attributes:
        name: Where and what.
        source: The module, changed.
    """

    name: str
    source: str

    @property
    def harmless(self) -> str | None:
        """Why nobody can notice; None if the features must."""
        reasons = (why for name, why in HARMLESS.items() if self.name.startswith(name))
        return next(reasons, None)


def mutants() -> list[Mutant]:
    """Return all mutants, one change in each."""
    text = ROUTING.read_text("utf-8")
    found = []
    for number, (function, node) in enumerate(_conditions(ast.parse(text))):
        for what, _ in _changes(node):
            found.append(_mutant(text, number, f"{function}: {what}", what))
    return found


def _mutant(text: str, number: int, name: str, what: str) -> Mutant:
    """Make one change in a fresh tree."""
    tree = ast.parse(text)
    _, node = list(_conditions(tree))[number]
    changed = next(change for said, change in _changes(node) if said == what)
    _Replace(node, changed).visit(tree)
    return Mutant(name, ast.unparse(ast.fix_missing_locations(tree)))


class _Replace(ast.NodeTransformer):
    def __init__(self, old: ast.expr, new: ast.expr) -> None:
        self._old = old
        self._new = new

    def visit(self, node: ast.AST) -> ast.AST:
        """Put the new expression in the place of the old one."""
        return self._new if node is self._old else super().visit(node)


def _conditions(tree: ast.Module) -> Iterator[tuple[str, ast.expr]]:
    """Return all that decides: conditions, and what a function that tells yes or no returns."""
    for function in tree.body:
        if isinstance(function, ast.FunctionDef):
            for node in ast.walk(function):
                if isinstance(node, ast.If | ast.IfExp):
                    yield function.name, node.test
                    inner = node.test
                    if isinstance(inner, ast.UnaryOp) and isinstance(inner.operand, ast.BoolOp):
                        yield function.name, inner.operand
                elif isinstance(node, ast.Return) and isinstance(node.value, ast.BoolOp):
                    yield function.name, node.value


def _changes(node: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    yield f"not ({ast.unparse(node)})", ast.UnaryOp(op=ast.Not(), operand=node)
    if isinstance(node, ast.BoolOp):
        for operand in node.values:
            rest = [other for other in node.values if other is not operand]
            kept = rest[0] if len(rest) == 1 else ast.BoolOp(op=node.op, values=rest)
            yield f"without {ast.unparse(operand)}", kept
    if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.LtE | ast.Eq):
        for operator in (ast.Lt(), ast.GtE()):
            moved = ast.Compare(left=node.left, ops=[operator], comparators=node.comparators)
            yield ast.unparse(moved), moved
