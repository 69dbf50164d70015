"""The courier line on servers of Python, as a process of its own: `python_servers.py KIND`.

It prints its port, and ends when its input does. BUGS in the environment names what is wrong
with the one in Flask, as with those in `php/line.php` and `node/four_bugs.js`.
"""

import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

if __name__ == "__main__":  # run by path
    sys.path[0] = str(Path(__file__).parents[2])

import uvicorn
from fastapi import FastAPI
from flask import jsonify
from werkzeug.serving import make_server

from tests.broken_endpoints import plain
from tests.broken_endpoints.base import (
    OPERATORS,
    PATH,
    TRY_AGAIN,
    Asked,
    CourierLine,
    Instruction,
    Reply,
)
from tests.broken_endpoints.crm import COURIER_AND_CUSTOMER
from tests.broken_endpoints.flasked import FlaskLine, Said

_BACKLOG = 128


class FourBugs(FlaskLine):
    """Is correct unless told otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.bugs = frozenset(os.environ.get("BUGS", "").split(","))

    def view(self) -> Said:
        said = self.instruct(self.understand(self.values()))
        if "late" in self.bugs and said in (TRY_AGAIN, OPERATORS):
            time.sleep(float(os.environ["LATE_S"]))
        return jsonify(said)

    def caller(self, parameters: Mapping[str, str]) -> str:
        if "numa" in self.bugs:
            return parameters["numa"].strip()
        return super().caller(parameters)

    def is_courier(self, asked: Asked) -> bool:
        if "courier" in self.bugs and asked.caller == COURIER_AND_CUSTOMER:
            return False
        return super().is_courier(asked)

    def instruct(self, asked: Asked) -> Instruction:
        said = super().instruct(asked)
        phones = said.get("phones")
        return {**said, "phones": phones[0]} if phones and "phones" in self.bugs else said


class InTurn(CourierLine):
    """Answers one request at a time, on as many connections as there are."""

    takes_s: ClassVar[float] = 0.05

    def __init__(self) -> None:
        super().__init__()
        self.turn = threading.Lock()

    def answer(self, asked: Asked) -> Reply:
        with self.turn:
            time.sleep(self.takes_s)
            return super().answer(asked)


class SlowInTurn(InTurn):
    """Answers one request at a time, and takes 400 milliseconds for it."""

    takes_s = 0.4


class SlowSideBySide(CourierLine):
    """Takes 300 milliseconds an answer, and answers as many as ask."""

    def answer(self, asked: Asked) -> Reply:
        time.sleep(0.3)
        return super().answer(asked)


class HangsForStrangers(CourierLine):
    """Never answers strangers."""

    def answer(self, asked: Asked) -> Reply:
        if self.crm.couriers.isdisjoint({asked.caller}):
            time.sleep(3600)
        return super().answer(asked)


def _flask(*, threaded: bool) -> int:
    server = make_server("127.0.0.1", 0, FourBugs().app(), threaded=threaded)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.port


def _fastapi() -> int:
    """Serve it as FastAPI's tutorial would have it: a function whose parameters are the PBX's."""
    app, line = FastAPI(), CourierLine()

    @app.get(PATH)
    def call(
        numa: str = "",
        numb: str = "",
        input_result: str = "None",
        cdr_id: str = "",
        call_session_id: str = "",
    ) -> Instruction:
        given = {
            "numa": numa,
            "numb": numb,
            "input_result": input_result,
            "cdr_id": cdr_id or call_session_id,
        }
        return line.instruct(line.understand(given))

    listening = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical"))
    threading.Thread(target=server.run, args=([listening],), daemon=True).start()
    port: int = listening.getsockname()[1]
    return port


SERVE: Mapping[str, Callable[[], int]] = {
    "flask": lambda: _flask(threaded=True),
    "flask-single": lambda: _flask(threaded=False),
    "fastapi": _fastapi,
    "in-turn": lambda: plain.serve(InTurn()),
    "slow-in-turn": lambda: plain.serve(SlowInTurn()),
    "slow-side-by-side": lambda: plain.serve(SlowSideBySide()),
    "hangs-for-strangers": lambda: plain.serve(HangsForStrangers()),
}
"""Opens each kind and returns its port."""


def main() -> None:
    """Serve one kind until nobody listens any more."""
    sys.stdout.write(f"{SERVE[sys.argv[1]]()}\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
