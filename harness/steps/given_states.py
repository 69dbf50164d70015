"""Given: what is true behind the endpoint, where it can be put into states."""

from harness.steps.endings import MisuseError
from harness.steps.slots import Term
from harness.steps.story import Story
from harness.steps.tables import CLOSED, WORKS, choice, rows
from harness.steps.vocabulary import given


@given("{order} has been delivered", ru="{order} уже доставлен")
def delivered(story: Story, order: Term) -> None:
    """The order is closed; the endpoint must have a states address."""
    number = story.number(order)
    story.restorer.order(number)
    story.put("order closed", order=number)


@given(
    "{order} has been given to {who}",
    ru="{order} передан {who:who_dat}",
    samples={"who": ("another courier", "другому курьеру")},
)
def reassigned(story: Story, order: Term, who: Term) -> None:
    """Another courier carries the order; the endpoint must have a states address."""
    number = story.number(order)
    story.restorer.order(number)
    story.put("order assigned", order=number, courier=story.number(who))


@given("{who} no longer works here", ru="{who} больше не работает")
def dismissed(story: Story, who: Term) -> None:
    """The courier's card is inactive; the endpoint must have a states address."""
    number = story.number(who)
    story.restorer.courier(number)
    story.put("courier inactive", courier=number)


@given("{who} works here again", ru="{who} снова работает")
def hired(story: Story, who: Term) -> None:
    """The courier's card is active; the endpoint must have a states address."""
    number = story.number(who)
    story.restorer.courier(number)
    story.put("courier active", courier=number)


@given("these orders:", ru="заказы:", block="table")
def orders(story: Story, table: list[list[str]]) -> None:
    """Orders, whose they are, who waits, and whether they are open; a states address is needed.

    Columns: order, courier, customer, status (заказ, курьер, клиент, состояние); the status
    is open or delivered (открыт, доставлен).
    """
    for row in rows(story, table, ("order", "courier", "customer"), ("status",)):
        number = story.number(row["order"])
        courier, customer = story.number(row["courier"]), story.number(row["customer"])
        story.restorer.order(number)
        story.put("order open", order=number, courier=courier, customer=customer)
        if choice(story, row["status"], CLOSED, default=False):
            story.put("order closed", order=number)


@given("these couriers:", ru="курьеры:", block="table")
def couriers(story: Story, table: list[list[str]]) -> None:
    """Couriers and whether they work; a states address is needed.

    Columns: courier, works (курьер, работает); yes or no (да, нет).
    """
    for row in rows(story, table, ("courier",), ("works",)):
        number = story.number(row["courier"])
        if not number:
            raise MisuseError(f"{story.place}: a courier needs a number")
        works = choice(story, row["works"], WORKS, default=True)
        story.restorer.courier(number)
        story.put("courier active" if works else "courier inactive", courier=number)
