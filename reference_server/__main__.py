"""The command line: `python -m reference_server`."""

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr

from reference_server import seed as cast
from reference_server.app import create_app
from reference_server.database import DatabaseUnavailableError
from reference_server.domain import CustomerCallback, Policy
from reference_server.endpoint import PATH
from reference_server.sandbox import is_json
from reference_server.serving import ListenError, listen, serve, url_of, write_ready_file
from reference_server.settings import Settings, SettingsError, parse_network
from reference_server.store import Store
from reference_server.tables import couriers as couriers_table
from reference_server.tables import orders as orders_table

# A traceback with local variables would show the secret and the token.
cli = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

EPILOG = "Example: python -m reference_server --port 8080 --customer-callback shop"

Secret = Annotated[
    str | None,
    typer.Option(
        envvar="REFERENCE_SECRET",
        help="What the PBX must show: /crm_integration/SECRET or ?secret=SECRET.",
    ),
]
SecretParameter = Annotated[
    str,
    typer.Option(envvar="REFERENCE_SECRET_PARAMETER", help="The query parameter for the secret."),
]
Token = Annotated[
    str | None,
    typer.Option(envvar="REFERENCE_TOKEN", help="Bearer token of the CRM API and of /states."),
]
Database = Annotated[
    str | None,
    typer.Option(
        envvar="DATABASE_URL",
        help="A file for SQLite, or postgresql://…; by default a temporary file, removed at exit.",
    ),
]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        envvar="REFERENCE_ALLOW", help="A network the PBX may call from, as CIDR; repeatable."
    ),
]
Stub = Annotated[
    str | None,
    typer.Option(envvar="REFERENCE_STUB", help="Answer every call with this text instead."),
]
CallbackTo = Annotated[
    CustomerCallback,
    typer.Option(
        envvar="REFERENCE_CUSTOMER_CALLBACK", help="Where a waiting customer who calls is led."
    ),
]
ReadyFile = Annotated[
    Path | None, typer.Option(help="Write {url, pid} here once connections are accepted.")
]
Region = Annotated[
    str,
    typer.Option(envvar="REFERENCE_REGION", help="Whose numbers those without a country code are."),
]
Host = Annotated[str, typer.Option(envvar="REFERENCE_HOST", help="The address to listen on.")]
Port = Annotated[
    int, typer.Option(envvar="REFERENCE_PORT", min=0, max=65535, help="0 takes a free port.")
]
SeedNumber = Annotated[
    int, typer.Option(envvar="REFERENCE_SEED", help="Draws the generated couriers and orders.")
]
Couriers = Annotated[
    int,
    typer.Option(
        envvar="REFERENCE_COURIERS", min=0, max=cast.MOST_COURIERS, help="How many to seed."
    ),
]
Orders = Annotated[
    int,
    typer.Option(envvar="REFERENCE_ORDERS", min=0, max=cast.MOST_ORDERS, help="How many to seed."),
]
Quiet = Annotated[bool, typer.Option("--quiet", help="No banner and no line for each call.")]


@cli.command(epilog=EPILOG)
def main(
    *,
    host: Host = "127.0.0.1",
    port: Port = 8080,
    seed: SeedNumber = 7,
    couriers: Couriers = 50,
    orders: Orders = 500,
    database: Database = None,
    secret: Secret = None,
    secret_parameter: SecretParameter = "secret",  # noqa: S107 - a name, not a secret
    allow: Allow = None,
    token: Token = None,
    customer_callback: CallbackTo = CustomerCallback.COURIER,
    region: Region = "RU",
    stub: Stub = None,
    ready_file: ReadyFile = None,
    quiet: Quiet = False,
) -> None:
    """Run a courier-routing CRM that a virtual PBX can ask what to do with a call."""
    try:
        with _database(database) as chosen:
            settings = Settings(
                database=chosen,
                host=host,
                port=port,
                seed=seed,
                couriers=couriers,
                orders=orders,
                policy=Policy(customer_callback=customer_callback),
                secret=None if secret is None else SecretStr(secret),
                secret_parameter=secret_parameter,
                allow=tuple(parse_network(text) for text in allow or ()),
                token=None if token is None else SecretStr(token),
                region=region,
                stub=stub,
            )
            _run(settings, ready_file, quiet=quiet)
    except (SettingsError, DatabaseUnavailableError, ListenError) as error:
        typer.echo(f"reference server: {error}", err=True)
        sys.exit(2)


def _run(settings: Settings, ready_file: Path | None, *, quiet: bool) -> None:
    level = logging.WARNING if quiet else logging.INFO
    logging.basicConfig(level=level, format="%(asctime)s %(message)s", stream=sys.stderr)
    # Strangers who speak no HTTP are no news to somebody who wants quiet.
    logging.getLogger("uvicorn").setLevel(logging.ERROR if quiet else logging.WARNING)
    if ready_file is not None and not ready_file.parent.is_dir():
        raise SettingsError(f"there is no folder {ready_file.parent} for the ready file")
    if settings.stub is not None and not is_json(settings.stub):
        typer.echo("reference server: the stub is not JSON; it is sent as it is", err=True)
    # The port first: a database is not touched by a server that cannot start.
    with listen(settings.host, settings.port) as listener:
        url = url_of(listener)
        app = create_app(settings)

        def ready() -> None:
            if not quiet:
                typer.echo(_banner(url, settings, app.state.store))
            if ready_file is not None:
                write_ready_file(ready_file, _told(url))

        serve(app, listener, ready)


def _told(url: str) -> dict[str, object]:
    """Say where everything is, and what is true behind it."""
    return {
        "base_url": url,
        "url": url + PATH,
        "states_url": url + "/states",
        "facts": cast.FACTS,
    }


def _banner(url: str, settings: Settings, store: Store) -> str:
    if settings.stub is not None:
        return f"{url}{PATH} answers every call with the stub"
    # The secret is not shown: a banner ends up in logs.
    path = PATH if settings.secret is None else f"{PATH}/$REFERENCE_SECRET"
    couriers, orders = store.count(couriers_table), store.count(orders_table)
    seeded = f"{couriers} couriers, {orders} orders, seed {settings.seed}"
    lines = [
        f"{url}{PATH} is ready: {seeded}",
        "  a courier calls:      " + _curl(url + path, cast.COURIER, "None", "1"),
        "  enters the order:     " + _curl(url + path, cast.COURIER, cast.ORDER, "1"),
        "  a stranger calls:     " + _curl(url + path, cast.STRANGER, "None", "2"),
    ]
    return "\n".join(lines)


def _curl(url: str, caller: str, entered: str, session: str) -> str:
    query = f"cdr_id={session}&start_time=1200&input_result={entered}"
    return f'curl "{url}?{query}&numa={caller}&numb={cast.VIRTUAL_NUMBER}"'


@contextmanager
def _database(given: str | None) -> Iterator[str]:
    if given:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="reference-server-") as folder:
        yield os.fspath(Path(folder) / "reference.sqlite3")


if __name__ == "__main__":
    cli(prog_name="python -m reference_server")
