"""The taxi's endpoint: riders reach their driver, drivers the rider whose ride they enter.

TAXI_TOKEN=any-word python endpoint.py [PORT]
"""

import hmac
import json
import os
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

WHICH_RIDE, NO_SUCH_RIDE, DISPATCH = 5, 6, 9
"""The return codes of taxi.yaml."""

RIDES = {
    "512": {"rider": "79035550301", "driver": "79035550401"},
    "513": {"rider": "79035550302", "driver": "79035550401"},
    "600": {"rider": "79035550303", "driver": "79035550402"},
}
LONGEST_BODY = 64 * 1024


def instruct(asked):
    """Say what the PBX is to do."""
    caller, typed = asked.get("numa"), asked.get("input_result")
    awaited = [ride for ride in RIDES.values() if ride["rider"] == caller]
    if awaited:
        return {"phones": [awaited[0]["driver"]], "operator_message": "Your rider is calling."}
    if not any(ride["driver"] == caller for ride in RIDES.values()):
        return {"returned_code": DISPATCH}
    if typed in (None, "", "None"):
        return {"returned_code": WHICH_RIDE}
    ride = RIDES.get(typed) if isinstance(typed, str) else None
    if ride is None or ride["driver"] != caller:
        return {"returned_code": NO_SUCH_RIDE}
    return {"phones": [ride["rider"]], "operator_message": "Your driver is calling."}


class Handler(BaseHTTPRequestHandler):
    """Answers requests that bring the token."""

    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.0"  # what cannot be read gets a status line, too
    wbufsize = -1  # the whole answer in one piece

    def do_POST(self):  # the name that http.server looks for
        """Answer the PBX."""
        body = self.read_body()
        if body is None:
            return
        sent = self.headers.get("X-Taxi-Token", "")
        if not hmac.compare_digest(sent.encode(), self.server.token.encode()):
            self.answer(401, {"error": "the token is missing or wrong"})
            return
        try:
            asked = json.loads(body)
        except (ValueError, RecursionError):
            asked = None
        if isinstance(asked, dict):
            self.answer(200, instruct(asked))
        else:
            self.answer(400, {"error": "the body is no JSON object"})

    def read_body(self):
        """Return the body; None if it was refused."""
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or "Transfer-Encoding" in self.headers:
            self.refuse(411, "say how long the body is in Content-Length")
        elif int(length) > LONGEST_BODY:
            self.refuse(413, "the body is too long")
        else:
            return self.rfile.read(int(length))
        return None

    def do_GET(self):
        """Say how the endpoint wants to be asked."""
        self.refuse(405, "ask with POST")

    def refuse(self, status, error):
        """Answer, and end the connection: the body, if there is one, was not read."""
        self.close_connection = True
        self.answer(status, {"error": error})

    def answer(self, status, content):
        """Send JSON."""
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        if status == HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", "POST")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Write no caller's number into a log."""


class Server(ThreadingHTTPServer):
    """The endpoint on a port of this machine: a thread for each connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port, token):
        """Listen."""
        self.token = token
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, *_):
        """Say nothing of callers who hang up."""


if __name__ == "__main__":
    if "TAXI_TOKEN" not in os.environ:
        sys.exit("set TAXI_TOKEN to the token that the PBX sends")
    Server(int(sys.argv[1]) if sys.argv[1:] else 8082, os.environ["TAXI_TOKEN"]).serve_forever()
