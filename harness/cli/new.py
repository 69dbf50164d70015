"""``pbx new``: a first feature to change."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from harness.cli.grammar import command
from harness.cli.steps import Lang
from harness.display.terminal import Terminal
from mockpbx.errors import UsageError

_ENGLISH = """\
Feature: {title}
  Who reads this learns what should happen on a call. Change it to what should happen on yours;
  pbx steps lists the sentences that are understood.

  Scenario: A courier enters the order and talks to its customer
    When the courier calls
    And the caller enters the order
    Then the caller talks to the customer

  Scenario: The endpoint is down, and somebody looks after the caller
    Given the endpoint is down
    When a stranger calls
    Then the caller talks to the operators
"""

_RUSSIAN = """\
# language: ru
Функционал: {title}
  Здесь сказано, что должно произойти на звонке. Напишите, что должно быть у вас; все понятные
  предложения показывает команда pbx steps --lang ru.

  Сценарий: Курьер набирает номер заказа и говорит с клиентом
    Когда курьер звонит
    И звонящий набирает номер заказа
    Тогда звонящий разговаривает с клиентом

  Сценарий: Система не работает, и о звонящем позаботились
    Дано система не запущена
    Когда посторонний звонит
    Тогда звонящий разговаривает с операторами
"""

_TEMPLATES = {Lang.EN: _ENGLISH, Lang.RU: _RUSSIAN}


@command
def new(
    feature: Annotated[Path, typer.Argument(metavar="FEATURE", help="File to make.")],
    lang: Annotated[Lang, typer.Option("--lang", help="en or ru.")] = Lang.EN,
) -> None:
    """Make a first feature, and say how to run it.

    Exit code 2: the file is there already, or cannot be written.

    Example: pbx new courier.feature
    """
    path = feature if feature.suffix == ".feature" else Path(f"{feature}.feature")
    title = path.stem.replace("-", " ").replace("_", " ").capitalize()
    _write(path, _TEMPLATES[lang].format(title=title))
    terminal = Terminal()
    quoted = shlex.quote(str(path))
    terminal.say(f"made {path}; run it against the reference server, or against your endpoint:")
    terminal.say(f"    pbx bdd {quoted} --reference")
    terminal.say(f"    pbx bdd URL {quoted}")


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(f"{path} is there already; name another file") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
