import pytest

from mockpbx.core.instruction import Announcement, Branch, Forward, Instruction
from mockpbx.core.observed import Failure, Observed
from mockpbx.wire.instruction import Instructed, interpret


def instructed(value: object) -> Instructed:
    result = interpret(value)
    assert isinstance(result, Instructed), result
    return result


def refused(value: object) -> Failure:
    result = interpret(value)
    assert isinstance(result, Failure), result
    return result


def branch(*codes: int | str) -> Branch:
    return Branch(codes=codes)


@pytest.mark.parametrize(
    ("value", "instruction"),
    [
        ({"phones": ["74952345678", "101"]}, Forward(phones=("74952345678", "101"))),
        ({"phones": ["0" * 32]}, Forward(phones=("0" * 32,))),
        ({"message_name": "hi.mp3"}, Forward(announcement=Announcement(media="hi.mp3"))),
        ({"text": "Привет 😀"}, Forward(announcement=Announcement(text="Привет 😀"))),
        ({"text": "a" * 10_000}, Forward(announcement=Announcement(text="a" * 10_000))),
        (
            {"phones": ["101"], "text": "hi", "operator_message": "order.mp3"},
            Forward(
                phones=("101",),
                announcement=Announcement(text="hi"),
                whisper=Announcement(media="order.mp3"),
            ),
        ),
        ({"returned_code": 2}, branch(2)),
        ({"returned_code": 0}, branch(0)),
        ({"returned_code": 2.0}, branch(2)),
    ],
)
def test_a_documented_instruction_is_read_without_a_note(
    value: object, instruction: Instruction
) -> None:
    assert interpret(value) == Instructed(instruction=instruction)


@pytest.mark.parametrize(
    ("value", "instruction", "note"),
    [
        ({"returned_code": "auth_ok"}, branch("auth_ok"), "return codes as words are used"),
        ({"returned_code": "2"}, branch("2"), "returned_code `2`: a string of digits"),
        ({"returned_code": [2, 1]}, branch(2, 1), "returned_code as a list"),
        (
            {"message_name": "a.mp3", "text": "a"},
            Forward(announcement=Announcement(media="a.mp3", text="a")),
            "both message_name and text: undefined; the file is played (assumed)",
        ),
        ({"phones": ["101", "101"]}, Forward(phones=("101", "101")), "`101` given more than once"),
        ({"returned_code": 1, "x": 1}, branch(1), "unknown keys ignored: `x`"),
        ({"returned_code": 1, "Phones": None}, branch(1), "unknown keys ignored: `Phones`"),
        (
            {"returned_code": 1} | dict.fromkeys("abcdefg", 0),
            branch(1),
            "unknown keys ignored: `a`, `b`, `c`, `d`, `e` and 2 more",
        ),
        (
            {"returned_code": 1, "operator_message": "a.mp3"},
            branch(1),
            "operator_message beside returned_code: nobody is dialled, ignored",
        ),
        (
            {"text": "a", "operator_message": "a.mp3"},
            Forward(announcement=Announcement(text="a"), whisper=Announcement(media="a.mp3")),
            "operator_message without phones: nobody is there to hear it",
        ),
    ],
)
def test_what_is_outside_the_documentation_is_noted(
    value: object, instruction: Instruction, note: str
) -> None:
    result = instructed(value)

    assert result.instruction == instruction
    assert note in " | ".join(result.notes)


@pytest.mark.parametrize(
    ("value", "instruction", "note"),
    [
        (
            {"phones": ["101"], "returned_code": 0},
            Forward(phones=("101",)),
            "`phones` and returned_code at once: undefined; phones are dialled (assumed)",
        ),
        (
            {"text": "a", "message_name": "b.mp3", "returned_code": 1},
            branch(1),
            "`message_name`, `text` and returned_code at once: undefined; the code is followed",
        ),
        (
            {"phones": None, "text": "", "message_name": [], "returned_code": 1},
            branch(1),
            "`phones`, `text`, `message_name` null or empty: taken for not given (assumed)",
        ),
        (
            {"phones": ["101"], "operator_message": "", "returned_code": None},
            Forward(phones=("101",)),
            "`operator_message`, `returned_code` null or empty",
        ),
        (
            {"phones": ["101"], "operator_message": {"operator_text": None}},
            Forward(phones=("101",)),
            "operator_message holds nothing",
        ),
    ],
)
def test_what_serializers_write_beside_an_instruction_does_no_harm(
    value: object, instruction: Instruction, note: str
) -> None:
    result = instructed(value)

    assert result.instruction == instruction
    assert note in " | ".join(result.notes)


@pytest.mark.parametrize(
    ("value", "assumed"),
    [
        ({"phones": ["1"] * 101}, True),
        ({"phones": ["0" * 33]}, True),
        ({"message_name": "a" * 256}, True),
        ({"returned_code": "a b"}, True),
        ({"phones": "7916"}, False),
        ({"phones": ["+7916"]}, False),
        ({"returned_code": -1}, False),
        ({}, False),
    ],
)
def test_a_refusal_that_nobody_documents_is_told_from_one_that_is(
    value: object, assumed: bool
) -> None:
    assert refused(value).assumed is assumed


def test_a_word_and_a_string_of_digits_are_two_notes() -> None:
    assert len(instructed({"returned_code": ["2", "ok"]}).notes) == 3


@pytest.mark.parametrize(
    ("value", "path", "detail"),
    [
        (
            {"phones": ["101", 79161110001]},
            "$.phones[1]",
            "phones[1]: expected a string of digits, got the number 79161110001",
        ),
        (
            {"phones": ["+7916"]},
            "$.phones[0]",
            'phones[0]: expected 1 to 32 digits, E.164 without plus, got the string "+7916"',
        ),
        ({"phones": ["7916 111"]}, "$.phones[0]", "E.164 without plus"),
        ({"phones": ["101\n"]}, "$.phones[0]", r'got the string "101\n"'),
        ({"phones": ["٣"]}, "$.phones[0]", "E.164 without plus"),
        ({"phones": [""]}, "$.phones[0]", "got an empty string"),
        ({"phones": ["0" * 33]}, "$.phones[0]", "1 to 32 digits"),
        ({"phones": [None]}, "$.phones[0]", "got null"),
        ({"phones": []}, "$.phones", "phones: expected at least one number, got an empty list"),
        ({"phones": ["1"] * 101}, "$.phones", "at most 100 numbers, got a list of 101"),
        ({"phones": None}, "$.phones", "expected at least one number, got null"),
        ({"phones": [], "text": ""}, "$.phones", "expected at least one number, got an empty l"),
        ({"phones": "7916"}, "$.phones", 'a list of strings, got the string "7916"'),
        ({"phones": {}}, "$.phones", "got an empty object"),
        ({"message_name": ""}, "$.message_name", "a non-empty string, got an empty string"),
        ({"message_name": "a" * 256}, "$.message_name", "256 characters, at most 255"),
        ({"text": 5}, "$.text", "text: expected a non-empty string, got the number 5"),
        ({"text": ["a"]}, "$.text", "got a list of 1"),
        ({"returned_code": -1}, "$.returned_code", "a whole number from 0 or a word, got the num"),
        ({"returned_code": 2.5}, "$.returned_code", "a whole number, got the number 2.5"),
        ({"returned_code": float("inf")}, "$.returned_code", "a whole number"),
        ({"returned_code": float("nan")}, "$.returned_code", "a whole number"),
        ({"returned_code": True}, "$.returned_code", "got true"),
        ({"returned_code": None}, "$.returned_code", "got null"),
        ({"returned_code": {}}, "$.returned_code", "got an empty object"),
        ({"returned_code": []}, "$.returned_code", "a word, got an empty list"),
        ({"returned_code": [1] * 21}, "$.returned_code", "at most 20 codes, got a list of 21"),
        ({"returned_code": [1, [2]]}, "$.returned_code[1]", "got a list of 1"),
        ({"returned_code": ""}, "$.returned_code", "got an empty string"),
        ({"returned_code": "a b"}, "$.returned_code", "without white space"),
        ({"returned_code": "a\u2003b"}, "$.returned_code", "without white space"),
        ({"returned_code": "a" * 65}, "$.returned_code", "1 to 64 characters"),
    ],
)
def test_an_invalid_instruction_is_told_with_its_path(
    value: object, path: str, detail: str
) -> None:
    failure = refused(value)

    assert (failure.observed, failure.path) == (Observed.INSTRUCTION_INVALID, path)
    assert detail in failure.detail


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("phone", "phones"),
        ("Phones", "phones"),
        ("PHONES", "phones"),
        ("phone_numbers", "phones"),
        ("numbers", "phones"),
        ("returnedCode", "returned_code"),
        ("return_code", "returned_code"),
        ("returned-code", "returned_code"),
        ("code", "returned_code"),
        ("messageName", "message_name"),
        ("Text", "text"),
    ],
)
def test_a_near_miss_is_answered_with_what_was_meant(key: str, meant: str) -> None:
    failure = refused({"unrelated": 1, key: ["101"]})

    assert failure.detail.startswith("no instruction: neither phones, message_name, text nor")
    assert failure.detail.endswith(f"the answer has `{key}`, did you mean `{meant}`?")
    assert failure.path == "$"


def test_only_the_first_of_endless_keys_are_compared() -> None:
    endless = dict.fromkeys(map(str, range(50)), 0)

    assert "did you mean" not in refused(endless | {"phone": 1}).detail


@pytest.mark.parametrize(
    ("value", "detail"),
    [
        ({}, "; the object is empty"),
        ({"ok": True}, "; the answer has `ok`"),
        ({"operator_message": "a.mp3"}, "; the answer has `operator_message`"),
        (
            {"data": {"phones": ["1"]}},
            "; it is inside `data`, but belongs at the root",
        ),
    ],
)
def test_an_object_without_an_instruction_is_told_as_such(value: object, detail: str) -> None:
    assert refused(value).detail.endswith(detail)


@pytest.mark.parametrize("value", [None, [], "ok", 1, 1.5, True, [{"returned_code": 1}]])
def test_only_an_object_can_be_an_instruction(value: object) -> None:
    failure = refused(value)

    assert failure.observed is Observed.JSON_SHAPE
    assert failure.detail.startswith("expected an object at the root, got ")


def test_a_number_too_long_to_print_does_not_stop_the_reader() -> None:
    assert "hundreds of digits" in refused({"phones": [10**5000]}).detail


def test_endless_values_and_keys_are_quoted_in_part() -> None:
    assert len(refused({"phones": ["x" * 100_000]}).detail) < 200
    assert len(refused({"k" * 100_000: 1}).detail) < 200
    assert len(instructed({"returned_code": 1, "k" * 100_000: 1}).notes[0]) < 200
