"""Standard output and error that may be full, closed or nobody's, and never end in a traceback."""

import errno
import os
import signal
import sys
from typing import Any, TextIO

_CLOSED = 128 + getattr(signal, "SIGPIPE", 13)
"""Exit code of a program whose reader went away."""


class Stream:
    """A standard stream that takes whatever is written to it, also where it cannot go out.

    Args:
        stream: The stream itself.

    Attributes:
        lost: Why something did not go out; None if all did.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self.lost: OSError | None = None

    def __getattr__(self, name: str) -> Any:
        """Be like the stream in all else."""
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Write text, or lose it."""
        try:
            return self._stream.write(text)
        except OSError as error:
            self._give_up(error)
            return len(text)

    def flush(self) -> None:
        """Let go out what was written."""
        try:
            self._stream.flush()
        except OSError as error:
            self._give_up(error)

    def _give_up(self, error: OSError) -> None:
        self.lost = self.lost or error
        # What waits to go out must go somewhere, or the interpreter tries again at its end.
        with open(os.devnull, "w") as nowhere:  # noqa: PTH123  # os.devnull is no path of ours
            os.dup2(nowhere.fileno(), self._stream.fileno())


def careful_streams() -> tuple[Stream, Stream]:
    """Put careful streams, which write UTF-8, in the place of standard output and error."""
    return _careful("stdout"), _careful("stderr")


def _careful(name: str) -> Stream:
    stream = getattr(sys, name)
    if stream is None:  # whoever started us closed it
        stream = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115  # until the end
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8", errors="replace")
    careful = Stream(stream)
    setattr(sys, name, careful)
    return careful


def exit_code(code: int, streams: tuple[Stream, Stream], *, otherwise: int) -> int:
    """Return the exit code, which is not 0 where something did not go out.

    Args:
        code: What the command came to.
        streams: Standard output and error.
        otherwise: The exit code for a device that takes nothing more.
    """
    for stream in streams:
        stream.flush()
    lost = next((stream.lost for stream in streams if stream.lost is not None), None)
    if lost is None:
        return code
    if lost.errno == errno.EPIPE:
        return code or _CLOSED
    streams[1].write(f"pbx: not all could be printed: {lost.strerror}\n")
    streams[1].flush()
    return code or otherwise
