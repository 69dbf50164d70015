"""The command ``pbx``."""

import sys
import traceback


def run() -> None:
    """Run the command; output goes out in UTF-8 wherever it goes."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        # All of it takes a moment to load, in which somebody may press Ctrl-C.
        from harness.cli import commands  # noqa: PLC0415
        from harness.cli.exits import BUG, Exit  # noqa: PLC0415
        from harness.reports.terminal import Terminal  # noqa: PLC0415
    except KeyboardInterrupt:
        sys.exit(130)
    try:
        commands.app()
    except Exception:
        # Exit code 1 would say that the endpoint is to blame.
        traceback.print_exc()
        Terminal(stderr=True).say(("pbx: ", "bold red"), BUG)
        sys.exit(Exit.HARNESS)
