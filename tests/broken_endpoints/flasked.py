"""Served by Flask: what its request object, its errors and its helpers do to an endpoint."""

import logging
import threading

from flask import Flask, Response, jsonify, request
from werkzeug.serving import make_server

from tests.broken_endpoints.base import PATH, CourierLine

Said = Response | str | tuple[str, int]


class FlaskLine(CourierLine):
    """A correct endpoint in the style of Flask's tutorial."""

    methods: tuple[str, ...] = ("GET", "POST")
    path = PATH

    def app(self) -> Flask:
        """Make the application."""
        app = Flask(__name__)
        app.add_url_rule(self.path, "call", self.view, methods=list(self.methods))
        return app

    def view(self) -> Said:
        """Answer a request."""
        return jsonify(self.instruct(self.understand(self.values())))

    def values(self) -> dict[str, str]:
        """Read the parameters where Flask has put them."""
        given = request.values.to_dict()
        sent = request.get_json(silent=True) if request.is_json else None
        return given | sent if isinstance(sent, dict) else given


def serve(line: FlaskLine) -> int:
    """Serve an endpoint in threads of its own, and give its port."""
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = make_server("127.0.0.1", 0, line.app(), threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.port
