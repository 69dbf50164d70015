"""What editors are told of the sentences: read as the Cucumber language server reads it."""

import ast
import re
import runpy
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path

import pytest
from gherkin.parser import Parser
from gherkin.pickles.compiler import Compiler

from harness.steps import editor_glue, own_steps
from harness.steps.slots import SLOTS
from harness.steps.vocabulary import Part, Pattern, Step, find, kinds, steps
from mockpbx.errors import HarnessError

FEATURES = sorted((Path(__file__).parents[3] / "features").rglob("*.feature"))
PATTERNS = [(step, pattern) for step in steps() for pattern in step.patterns]
MANY = 200  # different steps, so that a test that looks at none is noticed
MOST_CHOICES = 10  # of a gap's words the server offers as many


@dataclass(frozen=True)
class Glue:
    """The definitions as the server sees them: texts as they are written, nothing unescaped."""

    text: str
    sentences: dict[str, str] = field(default_factory=dict)
    gaps: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for node in ast.parse(self.text).body:
            if isinstance(node, ast.FunctionDef):
                for decorator in node.decorator_list:
                    assert isinstance(decorator, ast.Call)
                    self._add(self.sentences, self._written(decorator.args[0]), node.name)
            elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
                name, regexp = (self._written(word.value) for word in node.value.keywords)
                self._add(self.gaps, name, regexp)

    @cached_property
    def _lines(self) -> list[bytes]:
        return self.text.encode().split(b"\n")

    def _written(self, node: ast.expr) -> str:
        assert node.lineno == node.end_lineno
        written = self._lines[node.lineno - 1][node.col_offset : node.end_col_offset]
        return written.decode()[1:-1]

    def _add(self, known: dict[str, str], name: str, content: str) -> None:
        assert name not in known
        known[name] = content

    @cached_property
    def expressions(self) -> dict[str, re.Pattern[str]]:
        return {sentence: self._expression(sentence) for sentence in self.sentences}

    def _expression(self, sentence: str) -> re.Pattern[str]:
        # With one of these it would be an alternative or an option, or a regular expression.
        assert not re.search(r"[()/\\.*|]", sentence)
        parts = re.split(r"\{([^}]*)\}", sentence)
        gaps = [f"({self.gaps[name]})" for name in parts[1::2]]
        texts = [re.escape(text) for text in parts[::2]]
        return re.compile("".join(a + b for a, b in zip(texts, [*gaps, ""], strict=True)))

    def found(self, step: str) -> list[str]:
        """Name the functions where the server finds a step."""
        return [
            self.sentences[sentence]
            for sentence, expression in self.expressions.items()
            if expression.fullmatch(step)
        ]


GLUE = Glue(editor_glue.definitions())
EXAMPLES = editor_glue.examples()


def name_of(step: Step) -> str:
    return f"{step.part.value}_{step.run.__name__}"


@cache
def in_features() -> dict[str, bool]:
    """Return all steps of our features, examples filled in, and whether they stand under Then."""
    found = {}
    for path in FEATURES:
        document = {**Parser().parse(path.read_text("utf-8")), "uri": str(path)}
        for pickle in Compiler().compile(document):  # type: ignore[arg-type]  # it has a uri now
            for step in pickle["steps"]:
                found[step["text"]] = step["type"] == "Outcome"
    return found


def other_letters(text: str) -> Iterator[str]:
    """Misspell a text: a letter missing, a letter doubled, a word added."""
    middle = len(text) // 2
    yield text[:middle] + text[middle + 1 :]
    yield f"{text}!"
    yield f"so {text}"


# -- the sentences ---------------------------------------------------------------------


def test_every_step_of_our_features_leads_to_its_definition() -> None:
    for text, outcome in in_features().items():
        bound = find(text, outcome=outcome)
        assert bound is not None, text
        assert GLUE.found(text) == [name_of(bound.step)]
    assert len(in_features()) > MANY


def test_a_misspelt_step_leads_nowhere_unless_our_parser_knows_it_too() -> None:
    nowhere = 0
    for text in in_features():
        for misspelt in other_letters(text):
            known = any(find(misspelt, outcome=outcome) for outcome in (True, False))
            assert bool(GLUE.found(misspelt)) is known, misspelt
            nowhere += not known
    assert nowhere > MANY


@pytest.mark.parametrize(("step", "pattern"), PATTERNS, ids=[p.shown for _, p in PATTERNS])
def test_every_sentence_has_a_definition_of_its_own(step: Step, pattern: Pattern) -> None:
    assert GLUE.found(pattern.example) == [name_of(step)]
    doc = ast.get_docstring(functions()[name_of(step)]) or ""
    assert doc.startswith(step.about)


@cache
def functions() -> dict[str, ast.FunctionDef]:
    body = ast.parse(GLUE.text).body
    return {node.name: node for node in body if isinstance(node, ast.FunctionDef)}


def test_what_may_stand_in_a_gap_is_what_our_parser_takes() -> None:
    for step, pattern in PATTERNS:
        for kind in pattern.kinds:
            for word in (*SLOTS[kind].choices[pattern.lang], "Nobody Known"):
                text = filled(pattern, kind, word)
                known = find(text, outcome=step.part is Part.THEN) is not None
                assert (name_of(step) in GLUE.found(text)) is known, text


def filled(pattern: Pattern, kind: str, word: str) -> str:
    """Say a sentence with a word in the first gap of its kind."""
    begun = pattern.skeleton.replace(f"{{{kind}}}", word, 1)
    return re.sub(r"\{(\w+)\}", lambda gap: SLOTS[gap[1]].sample[pattern.lang], begun)


@pytest.mark.parametrize("before", ["on the second call ", "on the third call, "])
def test_words_before_an_outcome_lead_to_the_outcome(before: str) -> None:
    text = f"{before}the caller talks to the customer of the second order"
    assert GLUE.found(text) == ["then_talks_to"]


@pytest.mark.parametrize("before", ["во втором звонке ", "в третьем звонке, "])
def test_words_before_an_outcome_lead_to_it_in_russian_too(before: str) -> None:
    assert GLUE.found(f"{before}звонящий разговаривает с клиентом") == ["then_talks_to"]


@pytest.mark.parametrize(
    "text", ["on the second call both calls are answered alike", "on the second call he sings"]
)
def test_words_before_what_is_about_no_single_call_lead_nowhere(text: str) -> None:
    assert GLUE.found(text) == []


@pytest.mark.parametrize("text", ["the caller (or not) calls", "the caller/callee calls", "a.b"])
def test_a_sentence_that_the_server_would_misread_is_our_bug(text: str) -> None:
    with pytest.raises(HarnessError, match="misread"):
        editor_glue.expression(Pattern(lang="en", text=text))


# -- completion ------------------------------------------------------------------------


def offered() -> list[str]:
    lines = [line.strip() for line in EXAMPLES.splitlines()]
    return [line.removeprefix("* ") for line in lines if line.startswith("* ")]


def test_what_is_offered_for_gaps_are_steps() -> None:
    assert [text for text in offered() if not GLUE.found(text)] == []


def test_every_gap_gets_words_and_no_more_than_the_server_offers() -> None:
    choices: dict[str, set[str]] = {name: set() for name in GLUE.gaps if " call " not in name}
    for text in offered():
        for sentence, expression in GLUE.expressions.items():
            found = expression.fullmatch(text)
            for name, words in zip(
                re.findall(r"\{([^}]*)\}", sentence), found.groups() if found else (), strict=False
            ):
                choices[name].add(words)
    counts = {name: len(words) for name, words in choices.items() if "звонке" not in name}
    assert set(counts) > kinds("en")
    assert set(SLOTS) == kinds("en") | kinds("ru")
    assert [name for name, count in counts.items() if not 0 < count <= MOST_CHOICES] == []


def test_the_file_of_words_has_no_scenario_to_run() -> None:
    document = {**Parser().parse(EXAMPLES), "uri": "words.feature"}
    assert Compiler().compile(document) == []  # type: ignore[arg-type]  # it has a uri now


# -- the Python file -------------------------------------------------------------------


def test_the_definitions_compile_without_a_warning() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        compile(GLUE.text, "pbx_steps.py", "exec")


def test_whoever_imports_the_definitions_gets_no_steps_of_pytest_bdd(tmp_path: Path) -> None:
    file = tmp_path / "pbx_steps.py"
    file.write_text(GLUE.text, "utf-8")
    names = runpy.run_path(str(file))
    assert [name for name in names if name.startswith(("test", "Test", "__pytest_bdd"))] == []
    assert [value for value in names.values() if "pytest" in type(value).__module__] == []


# -- steps of one's own ----------------------------------------------------------------

OWN = """
from pytest_bdd import parsers, then, when

@when(parsers.parse("the shop opens at {hour:d}"))
@when(parsers.cfparse("{name} opens the shop for {who}"))
def opens(hour): ...

@then("the shop is {closed}")
def closed(): ...

@fixture(parsers.parse("{nothing}"))
def nothing(): ...
"""


def test_fields_of_own_steps_are_told_too(tmp_path: Path) -> None:
    (tmp_path / "steps").mkdir()
    (tmp_path / "steps" / "own.py").write_text(OWN, "utf-8")
    (tmp_path / "steps" / "half.py").write_text("def half(", "utf-8")
    fields = own_steps.fields(tmp_path, ["steps/**/*.py", "**/*.py"])
    assert fields == ["hour:d", "name", "who"]
    gaps = Glue(editor_glue.definitions(fields)).gaps
    assert gaps["who"] == GLUE.gaps["who"]
    assert re.fullmatch(gaps["hour:d"], "17")
    assert not re.fullmatch(gaps["hour:d"], "noon")
    assert re.fullmatch(gaps["name"], "Ann")
