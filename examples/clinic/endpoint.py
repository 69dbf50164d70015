"""The clinic's endpoint: who is calling, is the PIN theirs, and where do they want to go?

python endpoint.py [PORT]
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from urllib.parse import parse_qs, urlsplit

ASK_PIN, WHAT_NEXT, WRONG_PIN, RECEPTION, APPOINTMENTS = 10, 11, 12, 20, 30
"""The return codes of clinic.yaml."""

PATIENTS = {"79165550101": {"pin": "0471", "doctor": "79165550202"}}
MOST_WRONG_PINS = 3


class Clinic:
    """What the clinic knows of its patients, and of the calls that are on.

    A real one forgets a call after some minutes, and wrong PINs after an hour.
    """

    def __init__(self):
        """Begin with no calls."""
        self._lock = Lock()
        self._known = set()  # (call, patient) pairs in which the right PIN was entered
        self._wrong = {}  # patient -> the (call, PIN) pairs that were wrong

    def instruct(self, asked):
        """Say what the PBX is to do."""
        caller, call, typed = (asked.get(name) for name in ("numa", "cdr_id", "input_result"))
        patient = PATIENTS.get(caller)
        with self._lock:
            if patient is None or self._is_locked(caller):
                return {"returned_code": RECEPTION}
            if typed in (None, "", "None"):
                return {"returned_code": ASK_PIN}
            if (call, caller) in self._known and typed in ("1", "2"):
                return self._lead(patient, typed)
            return {"returned_code": self._check_pin(patient, caller, call, typed)}

    def _lead(self, patient, typed):
        if typed == "1":
            return {"returned_code": APPOINTMENTS}
        return {"phones": [patient["doctor"]], "operator_message": "A patient is calling."}

    def _check_pin(self, patient, caller, call, typed):
        if typed == patient["pin"]:
            self._known.add((call, caller))
            return WHAT_NEXT
        if (call, caller) in self._known:
            return RECEPTION  # neither 1 nor 2
        # The PBX may send a question twice: that is one wrong PIN, not two.
        self._wrong.setdefault(caller, set()).add((call, typed))
        return RECEPTION if self._is_locked(caller) else WRONG_PIN

    def _is_locked(self, caller):
        return len(self._wrong.get(caller, ())) >= MOST_WRONG_PINS


class Handler(BaseHTTPRequestHandler):
    """Answers requests."""

    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.0"  # what cannot be read gets a status line, too
    wbufsize = -1  # the whole answer in one piece

    def do_GET(self):  # the name that http.server looks for
        """Answer the PBX."""
        query = parse_qs(urlsplit(self.path).query, keep_blank_values=True)
        asked = {name: values[0] for name, values in query.items()}
        body = json.dumps(self.server.clinic.instruct(asked)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        """Write no caller's number into a log."""


class Server(ThreadingHTTPServer):
    """The endpoint on a port of this machine: a thread for each connection."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port, clinic=None):
        """Listen."""
        self.clinic = clinic or Clinic()
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, *_):
        """Say nothing of callers who hang up."""


if __name__ == "__main__":
    Server(int(sys.argv[1]) if sys.argv[1:] else 8081).serve_forever()
