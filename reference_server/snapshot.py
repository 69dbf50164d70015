"""What the database knows about a group of calls, read in a handful of statements.

A query for each call would cost more than everything else the server does. So the calls that
wait together are looked up together, and what is decided about one of them is added to the
snapshot before the next is decided.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import BindParameter, Connection, Row, bindparam, func, select, true

from reference_server.domain import (
    WRONG_GUESSES,
    Answer,
    CallRequest,
    Courier,
    CourierKind,
    DecisionKind,
    Facts,
    Order,
    OrderStatus,
)
from reference_server.routing import may_guess
from reference_server.tables import calls, couriers, orders

HOUR_S = 3600.0


def _listed(name: str) -> BindParameter[Sequence[str]]:
    return bindparam(name, expanding=True)


# The statements are built once: to build one costs more than to run it.
COURIERS = (
    select(couriers)
    .where(couriers.c.phone.in_(_listed("phones")))
    .order_by(couriers.c.phone)  # one order of locking for everybody: no deadlock
    .with_for_update(key_share=True)
)
ANSWERED_STEPS = select(calls.c.step, calls.c.answer, calls.c.kind).where(
    calls.c.step.in_(_listed("steps"))
)
WRONG_IN_SESSION = (
    select(
        calls.c.sid, calls.c.caller, func.count().filter(calls.c.wrong == true()).label("guesses")
    )
    .where(calls.c.sid.in_(_listed("sessions")))
    .group_by(calls.c.sid, calls.c.caller)
)
# One query by number, whoever carries the order and whether it is open: the work done for an
# unknown, a foreign and a closed order is the same, so the time does not tell them apart.
ORDERS = select(orders).where(orders.c.number.in_(_listed("numbers")))
WRONG_SINCE = (
    select(calls.c.caller, func.count().label("guesses"))
    .where(calls.c.wrong == true(), calls.c.received_at > bindparam("since"))
    .where(calls.c.caller.in_(_listed("callers")))
    .group_by(calls.c.caller)
)
AWAITED = (
    select(orders, couriers.c.phone, couriers.c.name, couriers.c.kind, couriers.c.active)
    .join(couriers, couriers.c.phone == orders.c.courier)
    .where(orders.c.customer.in_(_listed("customers")))
    .where(orders.c.status == OrderStatus.OPEN.value)
    .order_by(orders.c.number)
)


@dataclass(slots=True, kw_only=True)
class Snapshot:
    """The facts behind a group of calls.

    Attributes:
        couriers: Courier cards of the callers, by phone.
        steps: What was answered to steps that the log already holds.
        callers: Who has called in each session.
        wrong_in_session: Wrong guesses by session and caller.
        wrong_in_hour: Wrong guesses by courier.
        orders: The orders that couriers typed, by number.
        awaited: The open order that a customer waits for and who carries it, by phone.
    """

    couriers: dict[str, Courier] = field(default_factory=dict)
    steps: dict[str, Answer] = field(default_factory=dict)
    callers: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    wrong_in_session: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong_in_hour: Counter[str] = field(default_factory=Counter)
    orders: dict[str, Order] = field(default_factory=dict)
    awaited: dict[str, tuple[Order, Courier]] = field(default_factory=dict)

    def facts(self, call: CallRequest) -> Facts:
        """Collect what the decision about one call may depend on."""
        phone = call.phone or ""
        courier = self.couriers.get(phone)
        order, carried_by = self.awaited.get(phone, (None, None))
        return Facts(
            courier=courier,
            order=self.orders.get(call.entered) if may_guess(courier, call) else None,
            awaited=order,
            awaited_from=carried_by,
            wrong_in_session=self.wrong_in_session[call.sid, phone] if call.sid else 0,
            wrong_in_hour=self.wrong_in_hour[phone],
        )

    def is_crossed(self, call: CallRequest) -> bool:
        """Tell whether the session belongs to another caller too."""
        return call.sid is not None and bool(self.callers[call.sid] - {call.caller})

    def add(self, call: CallRequest, answer: Answer) -> None:
        """Remember an answer for the calls of the group that come after it."""
        if call.step is not None:
            self.steps[call.step] = replace(answer, repeated=True)
        if call.sid is not None:
            self.callers[call.sid].add(call.caller)
        if answer.kind in WRONG_GUESSES:
            self.wrong_in_hour[call.caller] += 1
            if call.sid is not None:
                self.wrong_in_session[call.sid, call.caller] += 1


def take_snapshot(connection: Connection, group: Sequence[CallRequest], now: float) -> Snapshot:
    """Read everything that the decisions about a group of calls need.

    The order matters: the courier cards are locked first, so that with several servers on one
    PostgreSQL the guesses of one courier are counted one after another.
    """
    snapshot = Snapshot()
    phones = sorted({call.phone for call in group if call.phone})
    _read_couriers(connection, snapshot, phones)
    _read_sessions(connection, snapshot, group)
    guesses = [call for call in group if may_guess(snapshot.couriers.get(call.phone or ""), call)]
    _read_guesses(connection, snapshot, guesses, now)
    customers = [phone for phone in phones if not _is_active(snapshot.couriers.get(phone))]
    _read_awaited(connection, snapshot, customers)
    return snapshot


def _is_active(courier: Courier | None) -> bool:
    return courier is not None and courier.active


def _read_couriers(connection: Connection, snapshot: Snapshot, phones: list[str]) -> None:
    if phones:
        for row in connection.execute(COURIERS, {"phones": phones}):
            snapshot.couriers[row.phone] = _courier(row)


def _read_sessions(
    connection: Connection, snapshot: Snapshot, group: Sequence[CallRequest]
) -> None:
    steps = {call.step for call in group if call.step is not None}
    if not steps:
        return
    for row in connection.execute(ANSWERED_STEPS, {"steps": list(steps)}):
        answer = Answer(body=row.answer, kind=DecisionKind(row.kind), repeated=True)
        snapshot.steps[row.step] = answer
    sessions = {call.sid for call in group if call.sid is not None}
    for row in connection.execute(WRONG_IN_SESSION, {"sessions": list(sessions)}):
        snapshot.callers[row.sid].add(row.caller)
        snapshot.wrong_in_session[row.sid, row.caller] = row.guesses


def _read_guesses(
    connection: Connection, snapshot: Snapshot, guesses: list[CallRequest], now: float
) -> None:
    if not guesses:
        return
    numbers = list({call.entered for call in guesses})
    for row in connection.execute(ORDERS, {"numbers": numbers}):
        snapshot.orders[row.number] = _order(row)
    callers = list({call.caller for call in guesses})
    for row in connection.execute(WRONG_SINCE, {"callers": callers, "since": now - HOUR_S}):
        snapshot.wrong_in_hour[row.caller] = row.guesses


def _read_awaited(connection: Connection, snapshot: Snapshot, customers: list[str]) -> None:
    if customers:
        for row in connection.execute(AWAITED, {"customers": customers}):
            snapshot.awaited.setdefault(row.customer, (_order(row), _courier(row)))


def _courier(row: Row[*tuple[object, ...]]) -> Courier:
    return Courier(
        phone=row.phone, name=row.name, kind=CourierKind(row.kind), active=bool(row.active)
    )


def _order(row: Row[*tuple[object, ...]]) -> Order:
    return Order(
        number=row.number,
        courier=row.courier,
        customer=row.customer,
        status=OrderStatus(row.status),
    )
