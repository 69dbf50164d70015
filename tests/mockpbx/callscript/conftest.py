"""Scripts played in lockstep: against the reference server, and against whatever a test builds.

`perform` plays one script and gives what came of it::

    performance = perform(scripts["own-order"], reference)
    assert performance.as_expected

Endpoints are ASGI applications. A broken one is the reference server with something in front
of it; see `test_broken_endpoints.py`.
"""

import asyncio
import itertools
import json
from collections.abc import Callable, Iterator, Mapping

import pytest

from mockpbx.async_pbx import ScriptResult
from mockpbx.callscript.library import Script, catalogue
from mockpbx.drivers.lockstep import AsgiApp, AsgiTransport
from mockpbx.wire.messages import HttpRequest
from mockpbx.wire.request import Profile
from reference_server import seed
from reference_server.app import create_app
from reference_server.settings import Settings
from tests.fakes import FakePbx, PutIntoState

STANDARD = {
    "virtual_number": seed.VIRTUAL_NUMBER,
    "courier": seed.COURIER,
    "order": seed.ORDER,
    "customer": seed.CUSTOMER,
    "foreign_order": seed.FOREIGN_ORDER,
    "foreign_customer": seed.FOREIGN_CUSTOMER,
    "unknown_order": seed.UNKNOWN_ORDER,
    "stranger": seed.STRANGER,
}
"""The facts that every manifest is asked for."""

MORE = {
    "other_courier": seed.OTHER_COURIER,
    "second_order": seed.SECOND_ORDER,
    "second_customer": seed.SECOND_CUSTOMER,
    "zero_order": seed.ZEROS_ORDER,
    "zero_customer": seed.ZEROS_CUSTOMER,
    "closed_order": seed.CLOSED_ORDER,
    "closed_customer": seed.CLOSED_CUSTOMER,
    "single_courier": seed.SINGLE_ORDER_COURIER,
    "single_order": seed.SINGLE_ORDER,
    "single_customer": seed.SINGLE_CUSTOMER,
    "courier_customer": seed.COURIER_AND_CUSTOMER,
    "courier_customer_order": seed.ORDER_OF_COURIER_AND_CUSTOMER,
    "courier_customer_customer": seed.THEIR_CUSTOMER,
    "inactive_courier": seed.INACTIVE_COURIER,
    "inactive_order": seed.INACTIVE_ORDER,
    "inactive_customer": seed.INACTIVE_CUSTOMER,
    "unknown_order_2": "99998",
    "unknown_order_3": "99997",
}
"""What more is true behind the reference server."""

Perform = Callable[..., ScriptResult]


@pytest.fixture(scope="session")
def standard_facts() -> Mapping[str, str]:
    return STANDARD


@pytest.fixture(scope="session")
def all_facts() -> Mapping[str, str]:
    return {**STANDARD, **MORE}


@pytest.fixture(scope="session")
def scripts() -> Mapping[str, Script]:
    return {script.id: script for script in catalogue()}


@pytest.fixture(scope="session")
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="session")
def reference(
    tmp_path_factory: pytest.TempPathFactory, runner: asyncio.Runner
) -> Iterator[AsgiApp]:
    database = tmp_path_factory.mktemp("reference") / "crm.sqlite3"
    app = create_app(Settings(database=str(database)))
    lifespan = app.router.lifespan_context(app)

    async def enter() -> None:
        await lifespan.__aenter__()

    async def leave() -> None:
        await lifespan.__aexit__(None, None, None)

    runner.run(enter())
    yield app
    runner.run(leave())


@pytest.fixture(scope="session")
def perform(runner: asyncio.Runner, reference: AsgiApp, all_facts: Mapping[str, str]) -> Perform:
    numbers = itertools.count(1000)

    def perform(
        script: Script,
        app: AsgiApp,
        *,
        facts: Mapping[str, str] = all_facts,
        with_states: bool = True,
    ) -> ScriptResult:
        pbx = FakePbx(
            AsgiTransport(app),
            profile=Profile(url="http://crm.example/crm_integration"),
            facts=facts,
            put=_states(reference) if with_states else None,
            session_id=lambda: str(next(numbers)),
        )
        return runner.run(pbx.play(script))

    return perform


def _states(app: AsgiApp) -> PutIntoState:
    async def put(state: str, params: Mapping[str, str]) -> None:
        body = json.dumps({"state": state, "params": dict(params)}).encode()
        headers = (("content-type", "application/json"),)
        request = HttpRequest(
            method="POST", url="http://crm.example/states", headers=headers, body=body
        )
        reply = await AsgiTransport(app).exchange(request, asyncio.Event())
        assert reply.status == 200, reply.body

    return put
