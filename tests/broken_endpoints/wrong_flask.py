"""Endpoints in Flask, wrong in the ways of its tutorials."""

import json

from flask import Flask, Response, abort, jsonify, request
from werkzeug.debug import DebuggedApplication

from harness.certify.model import Verdict
from mockpbx.wire.request import Method
from tests.broken_endpoints.base import PATH
from tests.broken_endpoints.flasked import FlaskLine, Said
from tests.broken_endpoints.register import Style, broken


@broken("REPLY-040", Style.FLASK)
class JsonifyOfJson(FlaskLine):
    """Passes a JSON text to jsonify, which encodes it again."""

    def view(self) -> Said:
        return jsonify(json.dumps(self.instruct(self.understand(self.values()))))


@broken("REQ-010", Style.FLASK, verdict=Verdict.NONSTRICT)
class ArgsInBrackets(FlaskLine):
    """Reads request.args[…], which is a Bad Request when a parameter is not sent."""

    def values(self) -> dict[str, str]:
        names = ("cdr_id", "start_time", "input_result", "numa", "numb")
        return {name: request.args[name] for name in names}


@broken("REPLY-001", Style.FLASK)
class AbortsWith404(FlaskLine):
    """Aborts with 404 when the caller is no courier."""

    def view(self) -> Said:
        asked = self.understand(self.values())
        if not self.is_courier(asked):
            abort(404)
        return jsonify(self.instruct(asked))


@broken("REPLY-004", Style.FLASK, verdict=Verdict.INFO)
class SlashAtTheEnd(FlaskLine):
    """Has its route with a slash at the end: Flask redirects whoever comes without."""

    path = PATH + "/"


@broken("REQ-002", Style.FLASK, method=Method.POST_FORM)
class GetOnly(FlaskLine):
    """Forgets methods=["POST"] and declares POST."""

    methods = ("GET",)


@broken("REQ-002", Style.FLASK, method=Method.POST_FORM)
class JsonOnly(FlaskLine):
    """Is declared to take a form and reads JSON only."""

    def values(self) -> dict[str, str]:
        sent: dict[str, str] = request.get_json()
        return sent


@broken("ROBUST-085", Style.FLASK, verdict=Verdict.NONSTRICT)
class DebugLeftOn(FlaskLine):
    """Was deployed with the debugger, which shows the source when a number is none."""

    def app(self) -> Flask:
        app = super().app()
        app.config["PROPAGATE_EXCEPTIONS"] = True
        app.wsgi_app = DebuggedApplication(app.wsgi_app, evalex=False)  # type: ignore[method-assign]
        return app

    def view(self) -> Said:
        int(request.values.get("numa", "").strip("+ ") or 0)
        return super().view()


@broken("REPLY-035", Style.FLASK)
class PrintsADictionary(FlaskLine):
    """Answers str() of a dictionary."""

    def view(self) -> Said:
        return str(self.instruct(self.understand(self.values())))


@broken("ROBUST-081", Style.FLASK, verdict=Verdict.NONSTRICT)
class ReflectsInHtml(FlaskLine):
    """Shows the caller's number in an HTML page when it is none."""

    def view(self) -> Said:
        numa = request.values.get("numa", "")
        if numa and not numa.strip("+ ").isalnum():
            return Response(f"<p>Unknown number {numa}</p>", 200)
        return super().view()
