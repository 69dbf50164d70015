"""Commands that are loaded when they are used: listing them costs next to nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import typer
import typer.core
import typer.main

from harness.cli.help_page import usage_words, write_page


@dataclass(frozen=True, slots=True)
class Home:
    """Where a command is at home.

    Attributes:
        place: ``module:function``, or the name of a `typer.Typer` there.
        about: What the command does, as its docstring says in the first line.
        settings: Of the command, for typer.
    """

    place: str
    about: str
    settings: Mapping[str, Any] = field(default_factory=dict)


class Command(typer.core.TyperCommand):
    """A command with a plain page of help."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """Return the words that follow the command in its usage."""
        return usage_words(self, ctx)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page."""
        write_page(self, ctx, formatter)


class Group(typer.core.TyperGroup):
    """A command with commands of its own, and a plain page of help."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page."""
        write_page(self, ctx, formatter)


class LazyCommand(typer.core.TyperCommand):
    """Stands for a command until it is used.

    Args:
        name: The command's name.
        home: Where it is at home.
    """

    def __init__(self, name: str, home: Home) -> None:
        super().__init__(name, help=home.about, short_help=home.about)
        self._home = home

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        """Load the command and let it read the command line."""
        return self.loaded().make_context(info_name, args, parent, **extra)

    def loaded(self) -> Any:
        """Return the command itself."""
        module, _, name = self._home.place.partition(":")
        found = getattr(import_module(module), name)
        if not isinstance(found, typer.Typer):
            app = typer.Typer(add_completion=False, rich_markup_mode=None)
            app.command(self.name, cls=Command, **self._home.settings)(found)
            found = app
        command = typer.main.get_command(found)
        command.name = self.name
        return command
