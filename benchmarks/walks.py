"""Count what a reader has to walk through: from the command line to a report.

Two walks, counted by running them: the way of an endpoint's URL from ``pbx certify URL`` to the
HTML report (functions that are handed the URL, or something that holds it), and the way of a
feature's scenario of four steps to its verdict (functions that run). Only functions of this
repository count, each once; comprehensions and lambdas do not.

Run it as ``python benchmarks/walks.py``.
"""

import json
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import StringIO
from pathlib import Path
from types import FrameType
from urllib.parse import parse_qs, urlsplit

PACKAGES = ("mockpbx", "harness")
_DEEP = 3
"""Levels down to which something is searched for the URL."""
_MOST = 40
"""Items of a collection that are looked at."""

COURIER, ORDER, CUSTOMER = "79161110001", "10523", "79175968108"

FEATURE = """
Feature: A courier calls
  Scenario: The courier reaches the customer
    Given it is 12:00
    When the courier calls
    And the caller enters the order
    Then the caller talks to the customer
"""

_ASKED = tuple(sys.argv[1:])
Seen = set[tuple[str, str]]


class _Line(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer as a courier line does."""
        asked = parse_qs(urlsplit(self.path).query)
        said: dict[str, object] = {"returned_code": 2}
        if asked.get("numa") == [COURIER]:
            entered = asked.get("input_result") == [ORDER]
            said = {"phones": [CUSTOMER]} if entered else {"returned_code": 1}
        body = json.dumps(said).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@contextmanager
def _endpoint() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Line)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/crm_integration"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _walked(words: list[str], counts: Callable[[FrameType], bool]) -> Seen:
    """Run the command in this process; return the functions that count, with their files.

    It is run twice: what is only loaded, read or compiled the first time does not count.
    """
    root = Path(__file__).parents[1]
    seen: Seen = set()
    inside = tuple(str(root / package) for package in PACKAGES)

    def profile(frame: FrameType, event: str, _arg: object) -> None:
        code = frame.f_code
        if event != "call" or code.co_name.startswith("<"):
            return
        key = code.co_filename, code.co_qualname
        if key not in seen and code.co_filename.startswith(inside) and counts(frame):
            seen.add(key)

    from harness.cli.main import run  # noqa: PLC0415  # what it loads is not counted

    for profiled in (None, profile):
        sys.argv = ["pbx", *words]
        with redirect_stdout(StringIO()), suppress(SystemExit):
            sys.setprofile(profiled)
            try:
                run()
            finally:
                sys.setprofile(None)
    return seen


def _holds(value: object, url: str, depth: int = _DEEP) -> bool:
    """Tell whether something is the URL, or holds it."""
    if isinstance(value, str):
        return url in value
    if depth == 0 or value is None or isinstance(value, int | float | bytes):
        return False
    if isinstance(value, dict):
        return any(_holds(item, url, depth - 1) for item in list(value.values())[:_MOST])
    if isinstance(value, list | tuple | set | frozenset):
        return any(_holds(item, url, depth - 1) for item in list(value)[:_MOST])
    if not type(value).__module__.startswith(PACKAGES):
        return False
    names = [*getattr(value, "__dict__", {}), *getattr(type(value), "__slots__", ())]
    return any(_holds(getattr(value, name, None), url, depth - 1) for name in names[:_MOST])


def _handed(frame: FrameType, url: str) -> bool:
    """Tell whether a function is handed the URL; what it calls a method of does not count."""
    code = frame.f_code
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return any(
        _holds(frame.f_locals.get(name), url) for name in names if name not in ("self", "cls")
    )


def _shown(title: str, seen: Seen) -> str:
    files = {file for file, _ in seen}
    return f"{title}: {len(seen)} functions in {len(files)} files"


def main() -> None:
    """Count both walks and print them; with -v, all functions too."""
    with tempfile.TemporaryDirectory() as folder, _endpoint() as url:
        manifest, feature = Path(folder, "pbx.toml"), Path(folder, "courier.feature")
        facts = f'courier = "{COURIER}"\norder = "{ORDER}"\ncustomer = "{CUSTOMER}"\n'
        manifest.write_text(f'[endpoint]\nurl = "{url}"\n[facts]\n{facts}', "utf-8")
        feature.write_text(FEATURE, "utf-8")
        html = str(Path(folder, "certificate.html"))
        certify = ["certify", url, "--only", "SEQ-020", "--html", html]
        found = _walked(certify, lambda frame: _handed(frame, url))
        print(_shown("the URL, from pbx certify URL to the HTML", found))
        scenario = ["bdd", "--manifest", str(manifest), str(feature)]
        ran = _walked(scenario, lambda _: True)
        print(_shown("a scenario of four steps, to its verdict", ran))
        if "-v" in _ASKED:
            root = str(Path(__file__).parents[1])
            for file, name in [*sorted(found), *sorted(ran)]:
                print(f"{file.removeprefix(root)[1:]}: {name}")


if __name__ == "__main__":
    main()
