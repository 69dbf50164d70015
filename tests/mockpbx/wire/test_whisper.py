import pytest

from mockpbx.core.instruction import Announcement, Forward
from mockpbx.core.observed import Failure
from mockpbx.wire.instruction import Instructed, interpret


def answer(**keys: object) -> Instructed | Failure:
    return interpret({"phones": ["101"], **keys})


def whisper(**keys: object) -> tuple[Announcement | None, str]:
    result = answer(**keys)
    assert isinstance(result, Instructed), result
    assert isinstance(result.instruction, Forward)
    return result.instruction.whisper, " | ".join(result.notes)


def test_without_a_whisper_there_is_none() -> None:
    assert whisper() == (None, "")


@pytest.mark.parametrize("name", ["order.mp3", "заказ.wav", "dir/a.b.ogg", "order-10523.MP3"])
def test_a_string_that_is_a_file_name_is_played_as_in_the_sample(name: str) -> None:
    assert whisper(operator_message=name) == (Announcement(media=name), "")


@pytest.mark.parametrize("text", ["order", "Order 10523.", "No. 5 is here", ".mp3", "Заказ.", "a."])
def test_a_string_that_is_no_file_name_is_spoken_and_noted(text: str) -> None:
    found, notes = whisper(operator_message=text)

    assert found == Announcement(text=text)
    assert notes == (
        "operator_message is a string but no file name as in the sample: spoken (assumed)"
    )


def test_an_object_is_taken_and_noted() -> None:
    found, notes = whisper(operator_message={"operator_text": "Order.", "loud": 1, "x": 2})

    assert found == Announcement(text="Order.")
    assert "does not say where operator_media and operator_text belong" in notes
    assert "taken from the object operator_message" in notes
    assert "unknown keys in operator_message ignored: `loud`, `x`" in notes


def test_top_level_keys_are_taken_and_noted() -> None:
    found, notes = whisper(operator_media="a.mp3")

    assert found == Announcement(media="a.mp3")
    assert "taken from the answer itself (assumed)" in notes
    assert "unknown" not in notes


@pytest.mark.parametrize("nested", [True, False])
def test_of_file_and_speech_the_file_wins(nested: bool) -> None:
    kinds = {"operator_text": "Order.", "operator_media": "a.mp3"}

    found, notes = whisper(operator_message=kinds) if nested else whisper(**kinds)

    assert found == Announcement(media="a.mp3")
    assert "both operator_media and operator_text: the file is played" in notes


def test_operator_message_wins_over_top_level_keys() -> None:
    found, notes = whisper(operator_message="a.mp3", operator_text="Order.")

    assert found == Announcement(media="a.mp3")
    assert notes == "operator_message and top-level keys: the former is played (assumed)"


@pytest.mark.parametrize(
    ("keys", "path"),
    [
        ({"operator_message": ["a.mp3"]}, "$.operator_message"),
        ({"operator_message": 5}, "$.operator_message"),
        ({"operator_media": 5}, "$.operator_media"),
        ({"operator_message": {"text": "a"}}, "$.operator_message"),
        (
            {"operator_message": {"operator_text": 1, "operator_media": "a"}},
            "$.operator_message.operator_text",
        ),
    ],
)
def test_a_wrong_whisper_makes_the_whole_answer_invalid(keys: dict[str, object], path: str) -> None:
    result = answer(**keys)

    assert isinstance(result, Failure)
    assert result.path == path
    assert result.detail.startswith(path.removeprefix("$.") + ": expected ")
