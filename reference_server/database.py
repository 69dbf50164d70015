"""Opening the database: SQLite in WAL mode, or PostgreSQL through psycopg 3."""

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry

from reference_server.settings import SettingsError

BUSY_TIMEOUT_MS = 5_000
CONNECT_TIMEOUT_S = 5
CHECKPOINT_PAGES = 8_000
READ_ONLY = "reference_server_read_only"

_DRIVERS = {
    "sqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


class DatabaseUnavailableError(Exception):
    """The database cannot be opened; the message says why, on one line and without a password."""


def open_engine(database: str) -> Engine:
    """Make an engine from a file path or a URL; nothing is connected yet."""
    url = _url(database)
    if url.get_backend_name() == "sqlite":
        return _open_sqlite(url)
    return create_engine(
        url,
        # The switchboard re-reads after a lock; a snapshot older than the lock would miss guesses.
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        connect_args={"connect_timeout": CONNECT_TIMEOUT_S},
    )


def reading(engine: Engine) -> Engine:
    """Return the same engine for transactions that only read, so that they wait for no writer."""
    return engine.execution_options(**{READ_ONLY: True})


def unavailable(error: DBAPIError) -> DatabaseUnavailableError:
    """Say on one line what the driver says on several."""
    lines = str(error.orig).strip().splitlines() or [type(error.orig).__name__]
    return DatabaseUnavailableError(
        f"cannot use the database: {lines[0]} (check --database or DATABASE_URL)"
    )


def _url(database: str) -> URL:
    if "://" not in database:
        url = URL.create("sqlite", database=database)
    else:
        try:
            url = make_url(database)
        except (ArgumentError, ValueError):
            raise SettingsError(
                "the database URL cannot be read: write it as postgresql://user@host/name "
                "or sqlite:///file"
            ) from None
    driver = _DRIVERS.get(url.drivername)
    if driver is None:
        raise SettingsError(
            f"no support for {url.drivername!r} databases: use a file, sqlite:// or postgresql://"
        )
    if driver == "sqlite" and url.database in (None, "", ":memory:"):
        raise SettingsError(
            "a database in memory is private to one connection: name a file, or leave --database "
            "out for a temporary one"
        )
    return url.set(drivername=driver)


def _open_sqlite(url: URL) -> Engine:
    engine = create_engine(url)
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _configure_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # The driver would begin transactions by itself, and late; _begin_sqlite does it instead.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    # In WAL mode a commit is in the operating system's hands before we answer, so a killed
    # process loses nothing. A power cut may lose the last commits (never the file's integrity);
    # FULL would cost one fsync for each group of calls.
    cursor.execute("PRAGMA synchronous = NORMAL")
    # A checkpoint waits for the disk, and everybody waits for it: have fewer of them.
    cursor.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A transaction that starts as a reader and then writes gets SQLITE_BUSY at once when another
    # writer was faster; one that says at its start that it will write waits for its turn.
    immediate = not connection.get_execution_options().get(READ_ONLY, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")
