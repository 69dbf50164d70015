from reference_server import seed
from reference_server.phones import normalise


def test_the_same_seed_draws_the_same_rows_and_another_draws_others() -> None:
    assert seed.make_seed(7, 50, 500) == seed.make_seed(7, 50, 500)
    assert seed.make_seed(7, 50, 500) != seed.make_seed(8, 50, 500)


def test_the_totals_count_the_cast() -> None:
    drawn = seed.make_seed(7, 50, 500)
    assert (len(drawn.couriers), len(drawn.orders)) == (50, 500)


def test_the_cast_is_there_however_few_are_asked_for() -> None:
    drawn = seed.make_seed(1, 0, 0)
    assert (drawn.couriers, drawn.orders) == (seed.CAST_COURIERS, seed.CAST_ORDERS)
    assert set(seed.CAST_ORDERS) <= set(seed.make_seed(3, 20, 60).orders)


def test_the_crowd_takes_no_number_of_the_cast_and_none_that_must_stay_unknown() -> None:
    drawn = seed.make_seed(7, 2_000, 20_000)
    numbers = [order.number for order in drawn.orders]
    assert len(set(numbers)) == len(numbers)
    assert not seed.NEVER_ORDERS & set(numbers)
    phones = {courier.phone for courier in drawn.couriers}
    assert len(phones) == len(drawn.couriers)
    assert seed.STRANGER not in phones | {order.customer for order in drawn.orders}


def test_every_phone_is_a_valid_mobile_and_every_number_has_five_digits() -> None:
    drawn = seed.make_seed(7, 50, 500)
    for phone in [*(c.phone for c in drawn.couriers), *(o.customer for o in drawn.orders)]:
        assert normalise(phone) == phone
    assert {len(order.number) for order in drawn.orders} == {5}


def test_the_single_order_courier_carries_one_order() -> None:
    carried = [o.courier for o in seed.make_seed(7, 50, 500).orders]
    assert carried.count(seed.SINGLE_ORDER_COURIER) == 1
