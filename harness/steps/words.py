"""What people, orders, places and failures are called, in English and in Russian.

The first form of a word is the one that examples show. Russian words are given in all cases
in which a sentence may need them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

LANGUAGES = ("en", "ru")


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Something that sentences name.

    Attributes:
        value: What it stands for: the name of a fact, of an operation, of a failure …
        forms: Its spellings by language.
    """

    value: str
    forms: Mapping[str, tuple[str, ...]]


def word(value: str, en: str, ru: str) -> Word:
    """Make a word; its forms are separated by ``|``."""
    return Word(value=value, forms={"en": tuple(en.split("|")), "ru": tuple(ru.split("|"))})


HIDDEN, NOBODY, OPERATORS = "hidden", "nobody", "operators"

PEOPLE = (
    word("courier", "the courier|a courier", "курьер|курьера|курьеру|курьером"),
    word(
        "other_courier",
        "another courier|the other courier",
        "другой курьер|другого курьера|другому курьеру|другим курьером",
    ),
    word(
        "single_courier",
        "the courier with one order|a courier with one order",
        "курьер с одним заказом|курьера с одним заказом|курьером с одним заказом",
    ),
    word(
        "courier_customer",
        "the courier who also waits for an order|a courier who also waits for an order",
        "курьер, который сам ждёт заказ|курьера, который сам ждёт заказ",
    ),
    word(
        "inactive_courier",
        "the former courier|a former courier",
        "бывший курьер|бывшего курьера|бывшему курьеру|бывшим курьером",
    ),
    word(
        "customer",
        "the customer|the customer of the order",
        "клиент|клиента|клиенту|клиентом|клиент заказа|клиента заказа|клиентом заказа",
    ),
    word(
        "second_customer",
        "the customer of the second order",
        "клиент второго заказа|клиента второго заказа|клиентом второго заказа",
    ),
    word(
        "zero_customer",
        "the customer of the order with leading zeros",
        "клиент заказа с нулями|клиента заказа с нулями|клиентом заказа с нулями",
    ),
    word(
        "closed_customer",
        "the customer of the delivered order",
        "клиент доставленного заказа|клиента доставленного заказа|клиентом доставленного заказа",
    ),
    word(
        "foreign_customer",
        "another courier's customer|the other courier's customer",
        "чужой клиент|чужого клиента|чужому клиенту|чужим клиентом",
    ),
    word(
        "single_customer",
        "the customer of the only order",
        "клиент единственного заказа|клиента единственного заказа|клиентом единственного заказа",
    ),
    word(
        "courier_customer_customer",
        "the customer of that courier",
        "клиент этого курьера|клиента этого курьера|клиентом этого курьера",
    ),
    word(
        "inactive_customer",
        "the former courier's customer",
        "клиент бывшего курьера|клиента бывшего курьера|клиентом бывшего курьера",
    ),
    word(
        "stranger", "a stranger|the stranger", "посторонний|постороннего|постороннему|посторонним"
    ),
    word(HIDDEN, "somebody with a hidden number", "человек со скрытым номером"),
)
"""By the names of facts in pbx.toml."""

CALLEES = (
    word(
        OPERATORS,
        "the operators|an operator",
        "операторы|оператор|операторов|оператором|операторам",
    ),
)
"""Whom the PBX scenario itself can ring."""

ORDERS = (
    word("order", "the order|the courier's order", "заказ|заказа|номер заказа|заказом"),
    word("second_order", "the second order", "второй заказ|второго заказа|номер второго заказа"),
    word(
        "zero_order",
        "the order with leading zeros",
        "заказ с нулями|заказа с нулями|номер заказа с нулями",
    ),
    word(
        "closed_order",
        "the delivered order|a delivered order",
        "доставленный заказ|доставленного заказа|номер доставленного заказа",
    ),
    word(
        "foreign_order",
        "another courier's order|the other courier's order",
        "чужой заказ|чужого заказа|номер чужого заказа",
    ),
    word("single_order", "the only order", "единственный заказ|номер единственного заказа"),
    word(
        "courier_customer_order",
        "the order of that courier",
        "заказ этого курьера|номер заказа этого курьера",
    ),
    word(
        "inactive_order",
        "the former courier's order",
        "заказ бывшего курьера|номер заказа бывшего курьера",
    ),
    word(
        "unknown_order",
        "an unknown order",
        "несуществующий заказ|номер несуществующего заказа",
    ),
    word(
        "unknown_order_2",
        "a second unknown order",
        "второй несуществующий заказ|номер второго несуществующего заказа",
    ),
    word(
        "unknown_order_3",
        "a third unknown order",
        "третий несуществующий заказ|номер третьего несуществующего заказа",
    ),
)
"""By the names of facts in pbx.toml."""

PLACES = (
    word(
        "ask-order",
        "the question for the order number",
        "вопрос о номере заказа|вопросу о номере заказа",
    ),
    word("try-again", "the second try", "повторная попытка|повторной попытке"),
    word("shop", "the shop's menu", "меню магазина"),
    word("operators", "the operators", "операторы|операторам|оператора"),
    word("voicemail", "the voicemail", "голосовая почта|голосовой почте|голосовую почту"),
    word("apology", "the apology", "извинение|извинению"),
)
"""Operations of the courier line and of other built-in scenarios."""

ORDINALS = (
    word("1", "first", "первый|первом|первого|первую|первой|первым"),
    word("2", "second", "второй|втором|второго|вторую|вторым"),
    word("3", "third", "третий|третьем|третьего|третью|третьей|третьим"),
    word("4", "fourth", "четвёртый|четвёртом|четвёртого|четвёртую|четвёртой|четвёртым"),
    word("5", "fifth", "пятый|пятом|пятого|пятую|пятой|пятым"),
)

PHASES = (
    word("thinking", "while the endpoint is thinking", "пока система думает"),
    word("digits", "while asked for digits", "во время набора"),
    word("announcement", "during the announcement", "во время сообщения"),
    word("ringing", "while a phone is ringing", "пока идут гудки"),
    word("whisper", "during the whisper", "во время подсказки"),
    word("talking", "in the middle of the talk", "посреди разговора"),
    word("recording", "while leaving a message", "во время записи"),
)
"""When a caller hangs up."""

SPELLINGS = (
    word("plus", "with a plus", "с плюсом"),
    word("raw_plus", "with an unencoded plus", "с незакодированным плюсом"),
    word("national", "beginning with an eight", "с восьмёркой"),
    word("local", "as ten digits", "из десяти цифр"),
)
"""How a PBX may write a caller's number."""

CALLEE_STATES = (
    word("busy", "busy|is busy", "занят|заняты|занята"),
    word("silent", "does not answer|do not answer", "не отвечает|не отвечают"),
    word("rejects", "rejects the call|reject the call", "сбрасывает вызов|сбрасывают вызов"),
    word("invalid", "has no valid number|have no valid number", "недоступен|недоступны"),
)

KINDS = (
    word("branch", "a return code", "код возврата|кодом возврата"),
    word("forward", "a number to dial", "номер для звонка|номером для звонка"),
    word("announcement", "an announcement", "сообщение|сообщением"),
    word("valid", "a valid instruction", "верная инструкция|верной инструкцией"),
    word("none", "no instruction", "не инструкция|не инструкцией"),
)

PARTIES = (
    word("caller", "the caller", "звонящий"),
    word("callee", "the other side", "собеседник"),
    word("pbx", "the PBX", "АТС"),
)
