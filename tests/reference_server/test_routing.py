import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_server.domain import (
    CallRequest,
    Courier,
    CourierKind,
    CustomerCallback,
    DecisionKind,
    Facts,
    Order,
    OrderStatus,
    Policy,
)
from reference_server.routing import decide

ME, OTHER, CUSTOMER = "79161110001", "79161110002", "79175968108"

couriers = st.builds(
    Courier,
    phone=st.sampled_from([ME, OTHER]),
    name=st.just("К"),
    kind=st.sampled_from(CourierKind),
    active=st.booleans(),
)
orders = st.builds(
    Order,
    number=st.just("10523"),
    courier=st.sampled_from([ME, OTHER]),
    customer=st.just(CUSTOMER),
    status=st.sampled_from(OrderStatus),
)
facts_of_anybody = st.builds(
    Facts,
    courier=st.none() | couriers.filter(lambda courier: courier.phone == ME),
    order=st.none() | orders,
    awaited=st.none() | orders,
    awaited_from=st.none() | couriers,
    wrong_in_session=st.integers(0, 5),
    wrong_in_hour=st.integers(0, 12),
)
calls = st.builds(
    CallRequest, phone=st.just(ME), caller=st.just(ME), entered=st.sampled_from(["", "10523"])
)
policies = st.builds(Policy, customer_callback=st.sampled_from(CustomerCallback))


def courier(*, active: bool = True) -> Courier:
    return Courier(phone=ME, name="К", kind=CourierKind.OWN, active=active)


def order(carried_by: str = ME, status: OrderStatus = OrderStatus.OPEN) -> Order:
    return Order(number="10523", courier=carried_by, customer=CUSTOMER, status=status)


GUESS = CallRequest(sid="1", phone=ME, caller=ME, entered="10523")


@given(calls, facts_of_anybody, policies)
def test_a_customer_is_only_ever_disclosed_to_the_active_courier_of_an_open_order(
    call: CallRequest, facts: Facts, policy: Policy
) -> None:
    decision = decide(call, facts, policy)
    if CUSTOMER in decision.phones:
        assert facts.courier is not None
        assert facts.courier.active
        assert facts.order is not None
        assert (facts.order.courier, facts.order.status) == (ME, OrderStatus.OPEN)
        assert facts.wrong_in_session < 3
        assert facts.wrong_in_hour < 10


@given(calls, facts_of_anybody, policies)
def test_every_instruction_has_either_phones_or_a_known_code(
    call: CallRequest, facts: Facts, policy: Policy
) -> None:
    body = json.loads(decide(call, facts, policy).body)
    assert set(body) in ({"phones", "operator_message"}, {"returned_code"})
    assert body.get("returned_code", 1) in {1, 2, 3, 4}
    assert all(phone.isdigit() for phone in body.get("phones", ["7"]))


def test_an_own_open_order_connects_the_customer_and_tells_who_calls() -> None:
    decision = decide(GUESS, Facts(courier=courier(), order=order()), Policy())
    assert json.loads(decision.body) == {
        "phones": [CUSTOMER],
        "operator_message": "Courier is calling about order 10523",
    }


@pytest.mark.parametrize("found", [None, order(carried_by=OTHER), order(status=OrderStatus.CLOSED)])
def test_unknown_foreign_and_closed_orders_get_the_very_same_decision(found: Order | None) -> None:
    decision = decide(GUESS, Facts(courier=courier(), order=found), Policy())
    assert decision.body == '{"returned_code":3}'


@pytest.mark.parametrize(
    ("in_session", "in_hour", "kind"),
    [
        (1, 0, DecisionKind.REFUSED),
        (2, 0, DecisionKind.EXHAUSTED),
        (3, 0, DecisionKind.LOCKED),
        (0, 8, DecisionKind.REFUSED),
        (0, 9, DecisionKind.EXHAUSTED),
        (0, 10, DecisionKind.LOCKED),
    ],
)
def test_the_third_wrong_order_of_a_call_and_the_tenth_of_an_hour_are_the_last(
    in_session: int, in_hour: int, kind: DecisionKind
) -> None:
    facts = Facts(courier=courier(), wrong_in_session=in_session, wrong_in_hour=in_hour)
    assert decide(GUESS, facts, Policy()).kind is kind


def test_a_waiting_customer_is_led_to_the_shop_when_the_shop_wants_it_so() -> None:
    awaited = order(carried_by=ME)
    facts = Facts(awaited=awaited, awaited_from=courier())
    assert decide(CallRequest(phone=CUSTOMER), facts, Policy()).phones == (ME,)
    shop = Policy(customer_callback=CustomerCallback.SHOP)
    assert decide(CallRequest(phone=CUSTOMER), facts, shop).body == '{"returned_code":2}'


def test_a_waiting_customer_is_not_led_to_a_courier_who_has_left() -> None:
    facts = Facts(awaited=order(), awaited_from=courier(active=False))
    assert decide(CallRequest(phone=CUSTOMER), facts, Policy()).kind is DecisionKind.SHOP
