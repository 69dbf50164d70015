"""``pbx reference``: run the reference server, which is a program of its own."""

import importlib.util
import os
import sys

import typer

from harness.cli.grammar import command
from mockpbx.errors import UsageError


@command
def reference(context: typer.Context) -> None:
    """Run the courier-routing reference server, to read, call and learn from.

    Example: pbx reference --port 8080 --seed 7 --couriers 50 --orders 500
    """
    needed = ("reference_server", "fastapi", "sqlalchemy", "uvicorn", "faker")
    missing = [name for name in needed if importlib.util.find_spec(name) is None]
    if missing:
        hint = 'install it with: pip install "pbx-harness[server]"'
        raise UsageError(f"the reference server needs {', '.join(missing)}; {hint}")
    sys.stdout.flush()
    # The same process: Ctrl-C, signals and the exit code are the server's own.
    command = [sys.executable, "-m", "reference_server", *context.args]
    os.execv(sys.executable, command)  # noqa: S606  # our own module, no shell
