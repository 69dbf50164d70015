"""The decision: what the PBX should do with a call. Pure: no I/O, no clock, no memory."""

from reference_server.domain import (
    CallRequest,
    Courier,
    CustomerCallback,
    Decision,
    DecisionKind,
    Facts,
    Policy,
    ReturnCode,
)

ASK_ORDER = Decision(kind=DecisionKind.ASK_ORDER, returned_code=ReturnCode.ASK_ORDER)
REFUSE = Decision(kind=DecisionKind.REFUSED, returned_code=ReturnCode.TRY_AGAIN)
EXHAUST = Decision(kind=DecisionKind.EXHAUSTED, returned_code=ReturnCode.OPERATORS)
LOCKED = Decision(kind=DecisionKind.LOCKED, returned_code=ReturnCode.OPERATORS)
SHOP = Decision(kind=DecisionKind.SHOP, returned_code=ReturnCode.SHOP)


def decide(call: CallRequest, facts: Facts, policy: Policy) -> Decision:
    """Decide about one call.

    Somebody who is both a courier and a customer is treated as a courier: they call from the
    road far more often than from home. An inactive courier is like anybody else.
    """
    if facts.courier is not None and facts.courier.active:
        return _decide_for_courier(call, facts.courier, facts, policy)
    return _decide_for_others(facts, policy)


def may_guess(courier: Courier | None, call: CallRequest) -> bool:
    """Tell whose digits are looked up at all: those of active couriers, never a stranger's."""
    return courier is not None and courier.active and call.entered != ""


def _decide_for_courier(
    call: CallRequest, courier: Courier, facts: Facts, policy: Policy
) -> Decision:
    if not call.entered:
        return ASK_ORDER
    if _tries_left(facts, policy) <= 0:
        return LOCKED
    order = facts.order
    if order is not None and order.is_open and order.courier == courier.phone:
        return Decision(
            kind=DecisionKind.CONNECT_CUSTOMER,
            phones=(order.customer,),
            operator_message=f"Courier is calling about order {order.number}",
        )
    # Unknown, foreign and closed orders end here together, so that no answer tells which it was.
    return EXHAUST if _tries_left(facts, policy) == 1 else REFUSE


def _decide_for_others(facts: Facts, policy: Policy) -> Decision:
    order, courier = facts.awaited, facts.awaited_from
    if policy.customer_callback is CustomerCallback.SHOP or order is None or courier is None:
        return SHOP
    if not (order.is_open and courier.active):
        return SHOP
    return Decision(
        kind=DecisionKind.CONNECT_COURIER,
        phones=(courier.phone,),
        operator_message=f"Customer is calling about order {order.number}",
    )


def _tries_left(facts: Facts, policy: Policy) -> int:
    return min(
        policy.guesses_per_session - facts.wrong_in_session,
        policy.guesses_per_hour - facts.wrong_in_hour,
    )
