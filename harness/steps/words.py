"""What people, orders, places and failures are called, in English and in Russian.

The first form of a word is the one that examples show. Russian sentences want their words in
cases: whoever has several forms gives them in a fixed order, and examples show the right one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

LANGUAGES = ("en", "ru")
NOMINATIVE, GENITIVE, DATIVE, INSTRUMENTAL = "nominative", "genitive", "dative", "instrumental"
LOCATIVE, INSIDE, AGAIN, NUMBER = "locative", "inside", "again", "number"

_DECLINED = (NOMINATIVE, GENITIVE, DATIVE, INSTRUMENTAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Something that sentences name.

    Attributes:
        value: What it stands for: the name of a fact, of an operation, of a failure …
        forms: Its spellings by language.
        cases: Its Russian form by case; only the nominative of a word that is not declined.
    """

    value: str
    forms: Mapping[str, tuple[str, ...]]
    cases: Mapping[str, str] = field(default_factory=dict)


def word(value: str, en: str, ru: str, cases: tuple[str, ...] = (NOMINATIVE,)) -> Word:
    """Make a word; its forms are separated by ``|``, the Russian ones begin with the cases."""
    russian = tuple(ru.split("|"))
    return Word(
        value=value,
        forms={"en": tuple(en.split("|")), "ru": russian},
        cases=dict(zip(cases, russian, strict=False)),
    )


def declined(value: str, en: str, ru: str) -> Word:
    """Make a person or a place: nominative, genitive, dative, instrumental; then other forms."""
    return word(value, en, ru, _DECLINED)


def _order(value: str, en: str, ru: str) -> Word:
    """Make an order: nominative and genitive; callers dial its number."""
    nominative, genitive = ru.split("|")
    forms = f"{nominative}|{genitive}|номер {genitive}"
    return word(value, en, forms, (NOMINATIVE, GENITIVE, NUMBER))


def _ordinal(value: str, en: str, ru: str) -> Word:
    """Make an ordinal: nominative, genitive, locative; «во втором», but «в третьем»."""
    nominative, _, locative = ru.split("|")
    into = "во" if nominative.startswith("вт") else "в"
    forms = f"{ru}|{into} {locative}|{into} {nominative}"
    return word(value, en, forms, (NOMINATIVE, GENITIVE, LOCATIVE, INSIDE, AGAIN))


HIDDEN, NOBODY, OPERATORS = "hidden", "nobody", "operators"

PEOPLE = (
    declined("courier", "the courier|a courier", "курьер|курьера|курьеру|курьером"),
    declined(
        "other_courier",
        "another courier|the other courier",
        "другой курьер|другого курьера|другому курьеру|другим курьером",
    ),
    declined(
        "single_courier",
        "the courier with one order|a courier with one order",
        "курьер с одним заказом|курьера с одним заказом|курьеру с одним заказом|"
        "курьером с одним заказом",
    ),
    declined(
        "courier_customer",
        "the courier who also waits for an order|a courier who also waits for an order",
        "курьер, который сам ждёт заказ|курьера, который сам ждёт заказ|"
        "курьеру, который сам ждёт заказ|курьером, который сам ждёт заказ|"
        "курьер, который сам ждёт заказ,|курьера, который сам ждёт заказ,|"
        "курьеру, который сам ждёт заказ,|курьером, который сам ждёт заказ,",
    ),
    declined(
        "inactive_courier",
        "the former courier|a former courier",
        "бывший курьер|бывшего курьера|бывшему курьеру|бывшим курьером",
    ),
    declined(
        "customer",
        "the customer|the customer of the order",
        "клиент|клиента|клиенту|клиентом|"
        "клиент заказа|клиента заказа|клиенту заказа|клиентом заказа",
    ),
    declined(
        "second_customer",
        "the customer of the second order",
        "клиент второго заказа|клиента второго заказа|клиенту второго заказа|"
        "клиентом второго заказа",
    ),
    declined(
        "zero_customer",
        "the customer of the order with leading zeros",
        "клиент заказа с нулями|клиента заказа с нулями|клиенту заказа с нулями|"
        "клиентом заказа с нулями",
    ),
    declined(
        "closed_customer",
        "the customer of the delivered order",
        "клиент доставленного заказа|клиента доставленного заказа|"
        "клиенту доставленного заказа|клиентом доставленного заказа",
    ),
    declined(
        "foreign_customer",
        "another courier's customer|the other courier's customer",
        "чужой клиент|чужого клиента|чужому клиенту|чужим клиентом",
    ),
    declined(
        "single_customer",
        "the customer of the only order",
        "клиент единственного заказа|клиента единственного заказа|"
        "клиенту единственного заказа|клиентом единственного заказа",
    ),
    declined(
        "courier_customer_customer",
        "the customer of that courier",
        "клиент этого курьера|клиента этого курьера|клиенту этого курьера|клиентом этого курьера",
    ),
    declined(
        "inactive_customer",
        "the former courier's customer",
        "клиент бывшего курьера|клиента бывшего курьера|клиенту бывшего курьера|"
        "клиентом бывшего курьера",
    ),
    declined(
        "stranger", "a stranger|the stranger", "посторонний|постороннего|постороннему|посторонним"
    ),
    declined(
        HIDDEN,
        "somebody with a hidden number",
        "человек со скрытым номером|человека со скрытым номером|человеку со скрытым номером|"
        "человеком со скрытым номером",
    ),
)
"""By the names of facts in pbx.toml."""

CALLEES = (
    declined(
        OPERATORS,
        "the operators|an operator",
        "операторы|операторов|операторам|операторами|оператор|оператора|оператору|оператором",
    ),
)
"""Whom the PBX scenario itself can ring."""

ORDERS = (
    _order("order", "the order|the courier's order", "заказ|заказа"),
    _order("second_order", "the second order", "второй заказ|второго заказа"),
    _order("zero_order", "the order with leading zeros", "заказ с нулями|заказа с нулями"),
    _order(
        "closed_order",
        "the delivered order|a delivered order",
        "доставленный заказ|доставленного заказа",
    ),
    _order(
        "foreign_order",
        "another courier's order|the other courier's order",
        "чужой заказ|чужого заказа",
    ),
    _order("single_order", "the only order", "единственный заказ|единственного заказа"),
    _order(
        "courier_customer_order",
        "the order of that courier",
        "заказ этого курьера|заказа этого курьера",
    ),
    _order(
        "inactive_order",
        "the former courier's order",
        "заказ бывшего курьера|заказа бывшего курьера",
    ),
    _order("unknown_order", "an unknown order", "несуществующий заказ|несуществующего заказа"),
    _order(
        "unknown_order_2",
        "a second unknown order",
        "второй несуществующий заказ|второго несуществующего заказа",
    ),
    _order(
        "unknown_order_3",
        "a third unknown order",
        "третий несуществующий заказ|третьего несуществующего заказа",
    ),
)
"""By the names of facts in pbx.toml."""

PLACES = (
    declined(
        "ask-order",
        "the question for the order number",
        "вопрос о номере заказа|вопроса о номере заказа|вопросу о номере заказа",
    ),
    declined(
        "try-again", "the second try", "повторная попытка|повторной попытки|повторной попытке"
    ),
    declined("shop", "the shop's menu", "меню магазина|меню магазина|меню магазина"),
    declined(
        "operators",
        "the operators",
        "операторы|операторов|операторам|операторами|оператор|оператора|оператору|оператором",
    ),
    declined("voicemail", "the voicemail", "голосовая почта|голосовой почты|голосовой почте"),
    declined("apology", "the apology", "извинение|извинения|извинению"),
)
"""Operations of the courier line and of other built-in scenarios."""

ORDINALS = (
    _ordinal("1", "first", "первый|первого|первом"),
    _ordinal("2", "second", "второй|второго|втором"),
    _ordinal("3", "third", "третий|третьего|третьем"),
    _ordinal("4", "fourth", "четвёртый|четвёртого|четвёртом"),
    _ordinal("5", "fifth", "пятый|пятого|пятом"),
)

GOING_ON = (
    word("thinking", "while the endpoint is thinking", "пока система думает"),
    word("ringing", "while a phone is ringing", "пока идут гудки"),
)
"""Clauses of their own, which Russian sets off by a comma."""

STAGES = (
    word("digits", "while asked for digits", "во время набора"),
    word("announcement", "during the announcement", "во время сообщения"),
    word("whisper", "during the whisper", "во время подсказки"),
    word("talking", "in the middle of the talk", "посреди разговора"),
    word("recording", "while leaving a message", "во время записи"),
)

PHASES = (*GOING_ON, *STAGES)
"""When a caller hangs up."""

SPELLINGS = (
    word("plus", "with a plus", "с плюсом"),
    word("raw_plus", "with an unencoded plus", "с незакодированным плюсом"),
    word("national", "beginning with an eight", "с восьмёркой"),
    word("local", "as ten digits", "десятью цифрами"),
)
"""How a PBX may write a caller's number."""

CALLEE_STATES = (
    word("busy", "busy|is busy|are busy", "занят|заняты|занята"),
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
