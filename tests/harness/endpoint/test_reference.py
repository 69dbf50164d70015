"""Whether an endpoint is there, its states, and our own reference server."""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest

from harness.endpoint.reachability import UnreachableError, check_reachable
from harness.endpoint.reference import reference_server
from mockpbx.drivers.live import HttpTransport
from mockpbx.drivers.states import StatesClient
from mockpbx.errors import UsageError


def reach(url: str, within_s: float = 30.0) -> None:
    asyncio.run(check_reachable(url, within_s=within_s))


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def test_an_endpoint_that_listens_is_reached_and_asked_nothing(
    endpoint: Callable[..., Any],
) -> None:
    there = endpoint()
    reach(there.url)
    assert there.asked == []


def test_where_nothing_listens_that_is_said() -> None:
    port = closed_port()
    with pytest.raises(UnreachableError, match=f"nothing listens at 127.0.0.1 port {port}"):
        reach(f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("host", ["no-such-host.invalid", "a..b", "x" * 70])
def test_a_name_without_an_address_is_said_to_have_none(host: str) -> None:
    with pytest.raises(UnreachableError, match="has no address"):
        reach(f"http://{host}/")


def test_a_connection_that_does_not_come_about_is_given_up() -> None:
    with pytest.raises(UnreachableError, match="no connection came about in time"):
        reach("http://127.0.0.1:9/", within_s=0.0)


@pytest.mark.parametrize("url", ["garbage", "ftp://h/", "http://", "http://[::1", "http://h:99999"])
def test_what_is_no_address_is_a_usage_error(url: str) -> None:
    with pytest.raises(UsageError, match="write it like http"):
        reach(url)


def test_a_wrong_address_is_not_repeated_for_it_may_hold_a_password() -> None:
    with pytest.raises(UsageError) as caught:
        reach("me:hunter2@host/")
    assert "hunter2" not in str(caught.value)


def put(url: str, *headers: tuple[str, str]) -> None:
    async def run() -> None:
        async with HttpTransport() as transport:
            client = StatesClient(transport=transport, url=url, headers=headers)
            await client.put("order closed", {"order": "10523"})

    asyncio.run(run())


def test_a_state_is_put_as_json_with_its_headers(endpoint: Callable[..., Any]) -> None:
    there = endpoint(lambda _: {})
    put(there.url, ("Authorization", "Bearer abcd"))
    (asked,) = there.asked
    assert asked.method == "POST"
    assert asked.body == '{"state": "order closed", "params": {"order": "10523"}}'
    assert asked.headers["authorization"] == "Bearer abcd"


def test_a_states_address_that_does_not_answer_is_not_repeated() -> None:
    with pytest.raises(UsageError, match="the states address does not answer") as caught:
        put(f"http://127.0.0.1:{closed_port()}/?token=hunter2")
    assert "hunter2" not in str(caught.value)


def test_the_reference_server_is_not_given_the_settings_of_the_users_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # A run must not write to somebody's database, nor meet their secret.
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1:1/production")
    monkeypatch.setenv("REFERENCE_SECRET", "hunter2")
    monkeypatch.setenv("REFERENCE_STUB", "{}")
    with reference_server() as running:
        reach(running.url)
        assert running.url.endswith("/crm_integration")
        assert running.states_url.endswith("/states")
        assert {"courier", "order", "customer", "stranger"} <= set(running.facts)
    with pytest.raises(UnreachableError):
        reach(running.url)


def test_a_reference_server_that_cannot_start_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(UsageError, match="the reference server did not start: it gave no reason"):
        reference_server().__enter__()
