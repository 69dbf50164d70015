"""The composition root: settings in, application out."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from reference_server import crm_api, docs_page, states
from reference_server.access import Guard
from reference_server.endpoint import PbxEndpoint
from reference_server.group_commit import GroupCommit
from reference_server.sandbox import Stub
from reference_server.seed import make_seed
from reference_server.settings import Settings
from reference_server.store import ConflictError, Store, open_store
from reference_server.switchboard import Switchboard

if TYPE_CHECKING:
    from starlette.routing import Route

DESCRIPTION = """\
A CRM that tells a virtual PBX what to do with a call, and a REST API for its couriers and orders.

The PBX asks `GET` or `POST /crm_integration` with `numa` (caller), `numb` (called number),
`input_result` (digits entered, or `None`) and `cdr_id` or `call_session_id`. The answer is
`{"phones": […], "operator_message": "…"}` or `{"returned_code": n}`.
"""


def create_app(settings: Settings) -> FastAPI:
    """Open the database and build the application.

    Raises:
        SettingsError: When the database URL cannot be understood.
        DatabaseUnavailableError: When the database cannot be opened.
    """
    seed = make_seed(settings.seed, settings.couriers, settings.orders)
    store = open_store(settings.database, seed)
    calls = GroupCommit(Switchboard(store.engine, settings.policy).answer)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        calls.close()
        store.close()

    app = FastAPI(
        title="Reference server of the courier line",
        description=DESCRIPTION,
        lifespan=lifespan,
        # The default pages load their scripts from the internet; docs_page.py needs none.
        docs_url=None,
        redoc_url=None,
        # A redirect would repeat the query, and with it the caller's number, in its Location.
        redirect_slashes=False,
    )
    app.state.settings = settings
    app.state.store = store
    # The PBX's route comes first: routes are tried in order, and this one is asked all day.
    app.router.routes[:0] = _pbx_routes(settings, calls)
    _add_pages(app, store)
    _add_error_answers(app)
    return app


def _pbx_routes(settings: Settings, calls: GroupCommit) -> "list[Route]":
    guard = Guard(secret=settings.secret, parameter=settings.secret_parameter, allow=settings.allow)
    if settings.stub is not None:
        return Stub(guard=guard, text=settings.stub).routes()
    return PbxEndpoint(guard=guard, calls=calls, region=settings.region).routes()


def _add_pages(app: FastAPI, store: Store) -> None:
    app.include_router(crm_api.router)
    app.include_router(states.router)

    @app.get("/healthz", tags=["operation"])
    def healthz() -> dict[str, str]:
        """Tell whether the server and its database are well."""
        store.check()
        return {"status": "ok"}

    @app.get("/docs", include_in_schema=False)
    def docs() -> HTMLResponse:
        return HTMLResponse(docs_page.render(app.openapi()))


def _add_error_answers(app: FastAPI) -> None:
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ConflictError, _conflict)
    app.add_exception_handler(SQLAlchemyError, _database_failed)


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    # Without the input: it may hold somebody's number, or characters that JSON cannot carry.
    errors = error.errors() if isinstance(error, RequestValidationError) else ()
    problems = [{"loc": list(map(ascii, e["loc"])), "msg": ascii(e["msg"])} for e in errors]
    return JSONResponse({"detail": problems}, 422)


async def _conflict(_request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"detail": str(error)}, 409)


async def _database_failed(_request: Request, _error: Exception) -> JSONResponse:
    return JSONResponse({"detail": "the database is not available"}, 503)
