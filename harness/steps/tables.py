"""Reads the tables below steps; a cell names people and orders as sentences do."""

import difflib
from collections.abc import Mapping, Sequence
from typing import TypeVar

from harness.steps.endings import MisuseError
from harness.steps.slots import SLOTS, Term
from harness.steps.story import Story

Value = TypeVar("Value")

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
CLOSED = {
    "open": False,
    "открыт": False,
    "delivered": True,
    "доставлен": True,
    "closed": True,
    "закрыт": True,
}
"""What a status says of an order."""

WORKS = {"yes": True, "да": True, "no": False, "нет": False}
"""What is said of a courier."""

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
        MisuseError: A column is missing, unknown or there twice, or a cell that must be filled
            is empty.
    """
    headings = [_HEADINGS.get(cell.strip().lower(), cell.strip()) for cell in table[0]]
    _check(story, headings, needed, more)
    if not table[1:]:
        raise MisuseError(f"{story.place}: the table has headings only; add rows below them")
    found = []
    for row in table[1:]:
        cells = dict(zip(headings, map(str.strip, row), strict=True))
        empty = next((name for name in needed if not cells[name]), None)
        if empty is not None:
            raise MisuseError(f"{story.place}: a row has no {empty}; fill in the cell")
        found.append({name: _term(story, name, cells.get(name, "")) for name in (*needed, *more)})
    return found


def _check(story: Story, headings: list[str], needed: Sequence[str], more: Sequence[str]) -> None:
    columns = (*needed, *more)
    wrong = [f"no column is called {name}" for name in needed if name not in headings]
    wrong += [f"“{name}” is no column here" for name in headings if name not in columns]
    wrong += [f"two are called {name}" for name in columns if headings.count(name) > 1]
    if wrong:
        hint = f"the first row names the columns: {', '.join(columns)}"
        raise MisuseError(f"{story.place}: {', '.join(wrong)}; {hint}")


def choice(story: Story, term: Term, choices: Mapping[str, Value], *, default: Value) -> Value:
    """Read a cell that holds one of some words.

    Args:
        story: Whose table it is.
        term: The cell.
        choices: What each word stands for.
        default: What an empty cell stands for.

    Raises:
        MisuseError: It is none of them.
    """
    word = term.value.lower()
    if word and word not in choices:
        raise MisuseError(
            f"{story.place}: “{term.text}” is not known here; choose from: {', '.join(choices)}"
        )
    return choices[word] if word else default


def _term(story: Story, name: str, cell: str) -> Term:
    """Read a cell: a word of the vocabulary, or what stands there."""
    plain = Term(value=cell, text=f"“{cell}”" if name in _KINDS else cell, quoted=True)
    if name not in _KINDS or not cell:
        return plain
    slot = SLOTS[_KINDS[name]]
    term = slot.read(cell)
    if isinstance(term, Term) and not term.quoted:
        return term
    if " " in cell:  # neither a number nor a fact's name: a word, and mistyped
        known = [word for words in slot.choices.values() for word in words]
        near = difflib.get_close_matches(cell.lower(), known, n=3) or known
        raise MisuseError(
            f"{story.place}: “{cell}” is not known here; choose from: {', '.join(near)}"
        )
    return plain
