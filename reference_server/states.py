"""Provider states: a test puts the CRM into a named state before the case that needs it."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends, HTTPException
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from reference_server.access import require_token
from reference_server.crm_api import Crm, OrderNumber, Phone
from reference_server.domain import CourierKind, OrderStatus
from reference_server.store import Row, Store
from reference_server.tables import couriers, orders

router = APIRouter(tags=["states"], dependencies=[Depends(require_token)])


class _Params(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OpenOrder(_Params):
    """Which order, who carries it and who waits for it."""

    order: OrderNumber
    courier: Phone
    customer: Phone


class SomeOrder(_Params):
    """Which order."""

    order: OrderNumber


class AssignedOrder(_Params):
    """Which order, and who carries it from now on."""

    order: OrderNumber
    courier: Phone


class SomeCourier(_Params):
    """Which courier."""

    courier: Phone


class Nothing(_Params):
    """The state needs no parameters."""


class StateRequest(BaseModel):
    """A state by its name, and what it is about."""

    state: str
    params: dict[str, Any] = Field(default_factory=dict)


def _order_open(store: Store, params: OpenOrder) -> None:
    _ensure_courier(store, params.courier)
    values: Row = {
        "number": params.order,
        "courier": params.courier,
        "customer": params.customer,
        "status": OrderStatus.OPEN.value,
    }
    store.put(orders, values)


def _order_closed(store: Store, params: SomeOrder) -> None:
    # An order that does not exist cannot be used either, which is all the state is about.
    store.update(orders, params.order, {"status": OrderStatus.CLOSED.value})


def _order_assigned(store: Store, params: AssignedOrder) -> None:
    _ensure_courier(store, params.courier)
    if not store.update(orders, params.order, {"courier": params.courier}):
        raise HTTPException(status_code=422, detail="there is no such order to assign")


def _courier_active(store: Store, params: SomeCourier) -> None:
    _ensure_courier(store, params.courier)
    store.update(couriers, params.courier, {"active": True})


def _courier_inactive(store: Store, params: SomeCourier) -> None:
    store.update(couriers, params.courier, {"active": False})


def _guesses_forgotten(store: Store, params: SomeCourier) -> None:
    store.forget_guesses(params.courier)


def _fresh(store: Store, _params: Nothing) -> None:
    store.reset()


def _ensure_courier(store: Store, phone: str) -> None:
    if store.get(couriers, phone) is None:
        values: Row = {"phone": phone, "name": "Courier", "kind": CourierKind.OUTSIDE.value}
        store.put(couriers, {**values, "active": True})


# The handler of a state takes the parameters that stand beside it; ParamSpec cannot say so.
_STATES: dict[str, tuple[type[_Params], Callable[[Store, Any], None]]] = {
    "order open": (OpenOrder, _order_open),
    "order closed": (SomeOrder, _order_closed),
    "order assigned": (AssignedOrder, _order_assigned),
    "courier active": (SomeCourier, _courier_active),
    "courier inactive": (SomeCourier, _courier_inactive),
    "guesses forgotten": (SomeCourier, _guesses_forgotten),
    "fresh": (Nothing, _fresh),
}


@router.post("/states")
def put_into_state(request: StateRequest, crm: Crm) -> dict[str, str]:
    """Put the CRM into a named state; to ask twice is the same as to ask once.

    States: `order open` {order, courier, customer}, `order closed` {order}, `order assigned`
    {order, courier}, `courier active` / `courier inactive` {courier}, `guesses forgotten`
    {courier}, `fresh` {}.
    """
    if request.state not in _STATES:
        known = ", ".join(_STATES)
        raise HTTPException(status_code=422, detail=f"unknown state; known ones: {known}")
    model, apply = _STATES[request.state]
    try:
        params = model.model_validate(request.params)
    except ValidationError as error:
        wanted = ", ".join(model.model_fields) or "none"
        detail = f"wrong params for {request.state!r}; wanted: {wanted}"
        raise HTTPException(status_code=422, detail=detail) from error
    apply(crm, params)
    return {"state": request.state}
