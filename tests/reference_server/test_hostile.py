import http.client
import json
import socket
from urllib.parse import quote, urlsplit

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_server import seed
from reference_server.domain import Policy
from reference_server.parameters import understand
from reference_server.store import open_store
from reference_server.switchboard import Switchboard
from reference_server.tables import calls

MARK = "zqx7"
HOSTILE = [
    "' OR '1'='1' --" + MARK,
    "<script>alert('" + MARK + "')</script>",
    "1\r\nX-Injected: " + MARK,
    MARK + "\0",
    "../../etc/passwd" + MARK,
    "9" * 4096,
    "%00" + MARK,
    "🦊" * 50 + MARK,
    "{{7*7}}" + MARK,
]
NAMES = ["cdr_id", "numa", "numb", "input_result", "start_time", "direction", "unknown"]


def check(answer: httpx.Response) -> None:
    assert answer.status_code == 200
    body = answer.json()
    assert body.get("returned_code") in {1, 2, 3, 4}
    shown = answer.text + repr(answer.headers)
    assert MARK not in shown
    assert "x-injected" not in answer.headers


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("method", ["query", "form", "json"])
def test_a_hostile_value_gets_a_valid_instruction_and_is_not_reflected(
    crm: httpx.Client, method: str, value: str
) -> None:
    for name in NAMES:
        said = {"cdr_id": "1", "numa": seed.COURIER, name: value}
        if method == "query":
            check(crm.get("/crm_integration", params=said))
        elif method == "form":
            check(crm.post("/crm_integration", data=said))
        else:
            check(crm.post("/crm_integration", json=said))


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(NAMES), st.binary(max_size=60), max_size=5))
def test_any_bytes_in_the_query_get_an_instruction(
    shared_client: httpx.Client, values: dict[str, bytes]
) -> None:
    query = "&".join(f"{name}={quote(value)}" for name, value in values.items())
    assert shared_client.get(f"/crm_integration?{query}").status_code == 200


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(NAMES), json_values, max_size=5))
def test_any_json_object_gets_an_instruction(
    shared_client: httpx.Client, said: dict[str, object]
) -> None:
    headers = {"content-type": "application/json"}
    answer = shared_client.post("/crm_integration", content=json.dumps(said), headers=headers)
    assert answer.status_code == 200


@settings(max_examples=60)
@given(
    st.binary(max_size=300),
    st.sampled_from(["application/json", "text/plain", "multipart/form-data", "x", ""]),
)
def test_any_body_of_any_type_is_answered_without_a_server_error(
    shared_client: httpx.Client, body: bytes, content_type: str
) -> None:
    headers = {"content-type": content_type}
    answer = shared_client.post("/crm_integration", content=body, headers=headers)
    assert answer.status_code in {200, 400}


@pytest.mark.parametrize("body", [b'{"numa": "zqx7', b'["zqx7"]', b'"zqx7"', b"\xff\xfezqx7"])
def test_an_unreadable_body_gets_a_fixed_error(crm: httpx.Client, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    answer = crm.post("/crm_integration", content=body, headers=headers)
    assert answer.status_code == 400
    assert answer.content == b'{"error":"the body cannot be read"}'


def test_a_lone_surrogate_in_json_is_a_call(crm: httpx.Client) -> None:
    body = b'{"cdr_id": "\\ud800", "numa": "\\udfff", "input_result": "\\ud83d"}'
    headers = {"content-type": "application/json"}
    check(crm.post("/crm_integration", content=body, headers=headers))
    assert len(crm.get("/api/calls").json()) == 1


def test_a_huge_body_is_refused(crm: httpx.Client) -> None:
    answer = crm.post("/crm_integration", data={"numa": "7" * 100_000})
    assert answer.status_code == 413


def test_percent_encoded_windows_1251_is_a_call(crm: httpx.Client) -> None:
    check(crm.get("/crm_integration?cdr_id=1&numa=%CA%F3%F0%FC%E5%F0&input_result=%EF"))


def test_a_trailing_slash_is_not_redirected_with_the_number_in_it(crm: httpx.Client) -> None:
    answer = crm.get(f"/crm_integration/?numa={seed.COURIER}")
    assert answer.status_code == 404
    assert seed.COURIER not in answer.text + repr(answer.headers)


@pytest.mark.parametrize(
    "line",
    [
        b"GET /crm_integration?numa=\xcf\xf0\xe8 HTTP/1.1",
        b"GET /crm_integration?numa=\xd0\x9f HTTP/1.1",
        b"GET /crm_integration/%FF%00 HTTP/1.1",
        b"GET /crm_integration?%%%&&==&numa HTTP/1.1",
        b"GET /crm_integration?" + b"numa=1&" * 2000 + b" HTTP/1.1",
    ],
)
def test_a_crooked_request_line_is_no_server_error(shared_url: str, line: bytes) -> None:
    address = urlsplit(shared_url)
    with socket.create_connection((address.hostname or "", address.port or 0), 10) as connection:
        connection.sendall(line + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        assert answer.status in {200, 400, 404}


def test_the_log_keeps_what_was_sent_in_a_storable_form(database: str) -> None:
    store = open_store(database, seed.make_seed(7, 0, 0))
    group = [
        understand([(name, value) for name in NAMES], region="RU") for value in [*HOSTILE, "\ud800"]
    ]
    outcomes = Switchboard(store.engine, Policy()).answer(group)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert store.count(calls) == len(group)
    store.close()
