"""The CRM's data: couriers, orders and the log of calls."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    Table,
    delete,
    exists,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError

from reference_server.database import open_engine, reading, unavailable
from reference_server.domain import Courier, Order
from reference_server.seed import Seed
from reference_server.tables import calls, couriers, metadata, orders

Row = dict[str, Any]

_PREPARE_LOCK = 7_495_123
"""Any number that is ours; PostgreSQL lets one server at a time hold it."""


class ConflictError(Exception):
    """A change contradicts what is stored; the message says what."""


class Store:
    """Reads and changes the CRM's data; each method is one transaction.

    Args:
        engine: The database; see `open_store`.
        seed: What `reset` puts back.
    """

    def __init__(self, engine: Engine, seed: Seed) -> None:
        self.engine = engine
        self._reading = reading(engine)
        self._seed = seed

    def prepare(self) -> bool:
        """Make the tables and, when there is nothing in them, the seed; tell whether seeded."""
        with self.engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                # Two servers that start together must not both create and seed.
                connection.execute(select(func.pg_advisory_xact_lock(_PREPARE_LOCK)))
            metadata.create_all(connection)
            empty = connection.scalar(select(~exists(select(couriers.c.phone))))
            if empty:
                self._insert_seed(connection)
        return bool(empty)

    def reset(self) -> None:
        """Forget everything and put the seed back."""
        with self.engine.begin() as connection:
            for table in (calls, orders, couriers):
                connection.execute(delete(table))
            self._insert_seed(connection)

    def check(self) -> None:
        """Ask the database for a sign of life."""
        with self._reading.begin() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()

    def count(self, table: Table) -> int:
        """Count the rows of a table."""
        with self._reading.begin() as connection:
            return connection.scalar(select(func.count()).select_from(table)) or 0

    def page(
        self, table: Table, wanted: Mapping[str, object], *, limit: int, offset: int
    ) -> list[Row]:
        """Read rows whose columns have the wanted values, in the order of the primary key."""
        query = select(table).order_by(*table.primary_key).limit(limit).offset(offset)
        for column, value in wanted.items():
            query = query.where(table.c[column] == value)
        with self._reading.begin() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def get(self, table: Table, key: object) -> Row | None:
        """Read one row by its primary key."""
        with self._reading.begin() as connection:
            row = connection.execute(select(table).where(_key(table) == key)).mappings().first()
        return None if row is None else dict(row)

    def create(self, table: Table, values: Row) -> None:
        """Add a row.

        Raises:
            ConflictError: When its key is taken, or an order names an unknown courier.
        """
        self._change(insert(table).values(values))

    def update(self, table: Table, key: object, values: Row) -> bool:
        """Change a row; tell whether it was there."""
        if not values:
            return self.get(table, key) is not None
        return self._change(update(table).where(_key(table) == key).values(values)) > 0

    def delete(self, table: Table, key: object) -> bool:
        """Delete a row; tell whether it was there."""
        return self._change(delete(table).where(_key(table) == key)) > 0

    def put(self, table: Table, values: Row) -> None:
        """Add a row, or change the one with its key."""
        key = values[_key(table).name]
        if not self.update(table, key, values):
            self.create(table, values)

    def forget_guesses(self, courier: str) -> None:
        """Stop counting a courier's wrong guesses; the log keeps them."""
        self._change(update(calls).where(calls.c.caller == courier).values(wrong=False))

    def _change(self, statement: Any) -> int:
        try:
            with self.engine.begin() as connection:
                return int(connection.execute(statement).rowcount)
        except IntegrityError as error:
            raise ConflictError(
                "the key is taken, or the row refers to or is referred to by another"
            ) from error

    def _insert_seed(self, connection: Connection) -> None:
        connection.execute(insert(couriers), _rows(self._seed.couriers))
        connection.execute(insert(orders), _rows(self._seed.orders))


def open_store(database: str, seed: Seed) -> Store:
    """Open the database.

    Raises:
        SettingsError: When the database URL cannot be understood.
        DatabaseUnavailableError: When the database cannot be opened.
    """
    store = Store(open_engine(database), seed)
    try:
        store.prepare()
    except DBAPIError as error:
        store.close()
        raise unavailable(error) from error
    return store


def _key(table: Table) -> Any:
    return next(iter(table.primary_key))


def _rows(values: Sequence[Courier] | Sequence[Order]) -> list[Row]:
    return [asdict(value) for value in values]
