"""Reads the tables below steps; a cell names people and orders as sentences do."""

from collections.abc import Sequence

from harness.steps.signals import MisuseError
from harness.steps.slots import SLOTS, Term
from harness.steps.story import Story

_HEADINGS = {
    "order": "order",
    "заказ": "order",
    "courier": "courier",
    "курьер": "courier",
    "customer": "customer",
    "клиент": "customer",
    "status": "status",
    "состояние": "status",
    "works": "works",
    "работает": "works",
    "phone": "phone",
    "телефон": "phone",
    "outcome": "outcome",
    "итог": "outcome",
    "shown": "shown",
    "показан": "shown",
}
_KINDS = {"order": "order", "courier": "who", "customer": "who", "phone": "who", "shown": "who"}


def rows(
    story: Story, table: list[list[str]], needed: Sequence[str], more: Sequence[str] = ()
) -> list[dict[str, Term]]:
    """Read a table with headings.

    Args:
        story: Whose it is.
        table: Rows of cells, the headings first.
        needed: Columns that must be there.
        more: Columns that may be there; their cells are empty otherwise.

    Raises:
        MisuseError: A column is missing or unknown.
    """
    headings = [_HEADINGS.get(cell.strip().lower(), cell.strip()) for cell in table[0]]
    missing = [name for name in needed if name not in headings]
    unknown = [name for name in headings if name not in (*needed, *more)]
    if missing or unknown:
        wrong = f"no column {missing[0]}" if missing else f"no such column: {unknown[0]}"
        raise MisuseError(f"{story.place}: {wrong}; columns: {', '.join((*needed, *more))}")
    found = []
    for row in table[1:]:
        cells = dict(zip(headings, row, strict=True))
        found.append({name: _term(name, cells.get(name, "")) for name in (*needed, *more)})
    return found


def _term(name: str, cell: str) -> Term:
    """Read a cell: a word of the vocabulary, or what stands there."""
    plain = Term(value=cell.strip(), text=cell.strip(), quoted=True)
    if name not in _KINDS:
        return plain
    term = SLOTS[_KINDS[name]].read(cell.strip())
    return term if isinstance(term, Term) and not term.quoted else plain
