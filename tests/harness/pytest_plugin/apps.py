"""Applications of users, as files of their projects; they know the order 10523."""

SHOP = """
import json
from urllib.parse import parse_qs

STARTED = []
CLOSED = set()


def answer(query):
    asked = {name: values[0] for name, values in parse_qs(query).items()}
    if asked.get("input_result") != "10523" or "10523" in CLOSED:
        return {"returned_code": 1}
    return {"phones": ["79175968108"]}


async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        await receive()
        STARTED.append(1)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        STARTED.pop()
        await send({"type": "lifespan.shutdown.complete"})
        return
    assert STARTED
    if scope["path"] == "/states":
        asked = json.loads((await receive())["body"])
        change = {"order closed": CLOSED.add, "order open": CLOSED.discard}.get(asked["state"])
        if change:
            change(asked["params"]["order"])
        body = b"{}"
    else:
        assert scope["path"] == "/crm_integration", scope["path"]
        body = json.dumps(answer(scope["query_string"].decode())).encode()
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def wsgi(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    return [json.dumps(answer(environ["QUERY_STRING"])).encode()]


def make():
    return app


def broken():
    raise RuntimeError("no database")
"""

FACTS = """
[facts]
courier = "79161110001"
order = "10523"
customer = "79175968108"
"""
DESCRIBED = f'[endpoint]\nurl = "http://127.0.0.1:9/crm_integration"\n{FACTS}'
"""At port 9 nothing listens: whoever asks this address and not the application notices."""

WITH_STATES = f'{DESCRIBED}\n[states]\nurl = "http://127.0.0.1:9/states"\n'

FIXTURE = """
import pytest
import shop


@pytest.fixture(scope="{scope}")
def pbx_app():
    yield shop.app
    assert not shop.STARTED, "it was not shut down before its fixture ended"
"""
