"""The command ``pbx``."""

import signal
import sys
import traceback
from types import FrameType

from harness.cli.streams import careful_streams, exit_code

_INTERRUPTED = 130
_USAGE = 2
_ENDING = ("SIGTERM", "SIGHUP")
"""Signals that end a command as Ctrl-C does: what it started is stopped, reports are written."""


def run() -> None:
    """Run the command; output goes out in UTF-8 wherever it goes."""
    streams = careful_streams()
    ended_by = _ends_like_ctrl_c()
    try:
        code = _run()
    except KeyboardInterrupt:  # while the program is loaded, or cleans up
        code = _INTERRUPTED
    code = exit_code(code, streams, otherwise=_USAGE)
    sys.exit(128 + ended_by[0] if ended_by else code)


def _run() -> int:
    try:
        # It takes a moment to load, in which somebody may press Ctrl-C.
        from harness.cli import commands  # noqa: PLC0415

        commands.app()
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    except Exception:
        # Exit code 1 would say that the endpoint is to blame.
        traceback.print_exc()
        from harness.cli.exits import Exit, say_bug  # noqa: PLC0415  # slow to load, and rare

        say_bug()
        return Exit.HARNESS
    return 0


def _ends_like_ctrl_c() -> list[int]:
    """Let signals end the command as Ctrl-C does; return where the signal will be noted."""
    ended_by: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        ended_by.append(number)
        if signal.getsignal(signal.SIGINT) in (signal.SIG_IGN, signal.SIG_DFL):
            # A shell lets what it starts in the background ignore Ctrl-C.
            signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.raise_signal(signal.SIGINT)

    for name in _ENDING:
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, end)
    return ended_by
