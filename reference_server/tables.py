"""The three tables. Phones are digits, order numbers are text."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    true,
)

metadata = MetaData()

couriers = Table(
    "couriers",
    metadata,
    Column("phone", String(15), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("kind", String(10), CheckConstraint("kind IN ('own', 'outside')"), nullable=False),
    Column("active", Boolean, nullable=False),
)

orders = Table(
    "orders",
    metadata,
    Column("number", String(20), primary_key=True),
    Column("courier", String(15), ForeignKey(couriers.c.phone), nullable=False, index=True),
    Column("customer", String(15), nullable=False, index=True),
    Column("status", String(10), CheckConstraint("status IN ('open', 'closed')"), nullable=False),
)

calls = Table(
    "calls",
    metadata,
    # SQLite numbers rows by itself only when the key is called INTEGER.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("sid", String(128)),
    Column("caller", String(128), nullable=False),
    Column("called", String(128), nullable=False),
    Column("input", String(128), nullable=False),
    Column("answer", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("received_at", Double, nullable=False),
    Column("flagged", Boolean, nullable=False),
    # Whether the entry counts as a wrong guess; forgetting guesses clears it, the rest remains.
    Column("wrong", Boolean, nullable=False),
    # Session id, caller and input in one text (`CallRequest.step`): SQLite looks a list of texts
    # up in an index, a list of triples not. NULL differs from NULL, so calls without a session id
    # never clash.
    Column("step", String(400), unique=True),
)

Index("sessions", calls.c.sid, calls.c.caller, calls.c.wrong)
Index(
    "wrong_guesses",
    calls.c.caller,
    calls.c.received_at,
    sqlite_where=calls.c.wrong == true(),
    postgresql_where=calls.c.wrong == true(),
)
