"""The CRM's REST API: couriers, orders and the log of calls, for the shop's staff."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import Table

from reference_server.access import require_token
from reference_server.domain import CourierKind, DecisionKind, OrderStatus
from reference_server.phones import normalise
from reference_server.store import Row, Store
from reference_server.tables import calls, couriers, orders


def _normalised(text: str) -> str:
    phone = normalise(text)
    if phone is None:
        raise ValueError("not a phone number: write it as 79161234567")
    return phone


Phone = Annotated[str, StringConstraints(max_length=40), AfterValidator(_normalised)]
OrderNumber = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,20}$")]
# No control characters: PostgreSQL cannot store NUL, and a name is one line.
Name = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,200}$")]
Limit = Annotated[int, Query(ge=1, le=500)]
Offset = Annotated[int, Query(ge=0, le=2**31)]
CallId = Annotated[int, Field(ge=1, lt=2**63)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", use_enum_values=True)


class CourierChange(_Body):
    """What may change on a courier card."""

    name: Name | None = None
    kind: CourierKind | None = None
    active: bool | None = None


class CourierCard(_Body):
    """A courier card."""

    phone: Phone
    name: Name
    kind: CourierKind = CourierKind.OUTSIDE
    active: bool = True


class OrderChange(_Body):
    """What may change on an order."""

    courier: Phone | None = None
    customer: Phone | None = None
    status: OrderStatus | None = None


class OrderCard(_Body):
    """An order."""

    number: OrderNumber
    courier: Phone
    customer: Phone
    status: OrderStatus = OrderStatus.OPEN


class LoggedCall(_Body):
    """An entry of the call log: what was asked and what was answered."""

    id: int
    sid: str | None
    caller: str
    called: str
    input: str
    answer: str
    kind: DecisionKind
    received_at: datetime
    flagged: bool


def store_of(request: Request) -> Store:
    """Find the store of the application that serves the request."""
    store: Store = request.app.state.store
    return store


Crm = Annotated[Store, Depends(store_of)]
router = APIRouter(prefix="/api", tags=["CRM"], dependencies=[Depends(require_token)])


@router.get("/couriers")
def list_couriers(
    *, crm: Crm, active: bool | None = None, limit: Limit = 50, offset: Offset = 0
) -> list[CourierCard]:
    """List the courier cards by phone."""
    rows = crm.page(couriers, _wanted(active=active), limit=limit, offset=offset)
    return [CourierCard(**row) for row in rows]


@router.post("/couriers", status_code=201)
def create_courier(card: CourierCard, crm: Crm) -> CourierCard:
    """Add a courier card."""
    crm.create(couriers, card.model_dump())
    return card


@router.get("/couriers/{phone}")
def get_courier(phone: Phone, crm: Crm) -> CourierCard:
    """Read one courier card."""
    return CourierCard(**_found(crm.get(couriers, phone)))


@router.patch("/couriers/{phone}")
def change_courier(phone: Phone, change: CourierChange, crm: Crm) -> CourierCard:
    """Change a courier card."""
    return CourierCard(**_changed(crm, couriers, phone, change))


@router.delete("/couriers/{phone}", status_code=204)
def delete_courier(phone: Phone, crm: Crm) -> None:
    """Delete the card of a courier who carries no order."""
    _delete(crm, couriers, phone)


@router.get("/orders")
def list_orders(
    *,
    crm: Crm,
    courier: Phone | None = None,
    status: OrderStatus | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> list[OrderCard]:
    """List the orders by number."""
    wanted = _wanted(courier=courier, status=status)
    return [OrderCard(**row) for row in crm.page(orders, wanted, limit=limit, offset=offset)]


@router.post("/orders", status_code=201)
def create_order(card: OrderCard, crm: Crm) -> OrderCard:
    """Add an order."""
    crm.create(orders, card.model_dump())
    return card


@router.get("/orders/{number}")
def get_order(number: OrderNumber, crm: Crm) -> OrderCard:
    """Read one order."""
    return OrderCard(**_found(crm.get(orders, number)))


@router.patch("/orders/{number}")
def change_order(number: OrderNumber, change: OrderChange, crm: Crm) -> OrderCard:
    """Close an order, or hand it to another courier."""
    return OrderCard(**_changed(crm, orders, number, change))


@router.delete("/orders/{number}", status_code=204)
def delete_order(number: OrderNumber, crm: Crm) -> None:
    """Delete an order."""
    _delete(crm, orders, number)


@router.get("/calls")
def list_calls(
    *,
    crm: Crm,
    sid: Annotated[str | None, StringConstraints(max_length=128)] = None,
    flagged: bool | None = None,
    limit: Limit = 50,
    offset: Offset = 0,
) -> list[LoggedCall]:
    """List the call log, the oldest entry first."""
    wanted = _wanted(sid=None if sid is None else sid.replace("\0", "\ufffd"), flagged=flagged)
    return [_logged(row) for row in crm.page(calls, wanted, limit=limit, offset=offset)]


@router.get("/calls/{call_id}")
def get_call(call_id: CallId, crm: Crm) -> LoggedCall:
    """Read one entry of the call log."""
    return _logged(_found(crm.get(calls, call_id)))


def _wanted(**values: object) -> dict[str, object]:
    return {name: value for name, value in values.items() if value is not None}


def _found(row: Row | None) -> Row:
    if row is None:
        raise HTTPException(status_code=404, detail="not found")
    return row


def _changed(crm: Store, table: Table, key: object, change: BaseModel) -> Row:
    values: dict[str, Any] = change.model_dump(exclude_none=True)
    crm.update(table, key, values)
    return _found(crm.get(table, key))


def _delete(crm: Store, table: Table, key: object) -> None:
    if not crm.delete(table, key):
        raise HTTPException(status_code=404, detail="not found")


def _logged(row: Row) -> LoggedCall:
    row["received_at"] = datetime.fromtimestamp(row["received_at"], UTC)
    return LoggedCall(**{name: row[name] for name in LoggedCall.model_fields})
