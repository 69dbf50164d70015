"""The referee is certified, too: each broken endpoint is caught by its case, no correct one fails.

The endpoints are in `tests/broken_endpoints`; `matrix.py` there prints the whole picture.
"""

import os
import shutil
from collections.abc import Iterator

import pytest

from harness.certify import registry
from harness.certify.model import FAILING, Verdict
from harness.certify.sentences import sentence
from tests.broken_endpoints.catalogue import broken_ones, correct_ones
from tests.broken_endpoints.register import Endpoint, Style
from tests.broken_endpoints.running import Workshop, certify
from tests.broken_endpoints.sweep import ALWAYS, swept

_OF_TIME = {"TIME-010", "TIME-011", "TIME-012", "TIME-013", "PRIV-052"}
"""Remarks about slowness, which may be that of a busy machine."""
_HAS_NODE = shutil.which("node") is not None


@pytest.fixture(scope="module")
def workshop() -> Iterator[Workshop]:
    with Workshop() as opened:
        yield opened


def _need_node(endpoint: Endpoint) -> None:
    if endpoint.style is not Style.NODE or _HAS_NODE:
        return
    reason = "node is not installed: the endpoints on Node cannot be run"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.mark.parametrize("name", list(broken_ones()))
def test_a_broken_endpoint_is_caught_by_its_case(name: str, workshop: Workshop) -> None:
    endpoint = broken_ones()[name]
    _need_node(endpoint)
    results = certify(workshop, endpoint, [str(endpoint.caught_by), *endpoint.after])
    result = next(one for one in results if one.case.id == endpoint.caught_by)
    assert result.verdict is endpoint.verdict, f"{endpoint.what} {sentence(result.finding)}"
    assert sentence(result.finding)


@pytest.mark.parametrize("name", swept(correct_ones()))
def test_a_correct_endpoint_is_failed_by_no_case(name: str, workshop: Workshop) -> None:
    endpoint = correct_ones()[name]
    _need_node(endpoint)
    results = certify(workshop, endpoint)
    failed = [item for item in results if item.verdict in FAILING]
    assert not failed, "\n".join(f"{item.case.id}: {sentence(item.finding)}" for item in failed)
    remarked = {
        item.case.id
        for item in results
        if item.verdict not in (Verdict.PASS, Verdict.NOT_APPLICABLE)
    }
    assert remarked - _OF_TIME == set(endpoint.remarks)


def test_there_are_enough_endpoints_to_judge_by() -> None:
    assert len(broken_ones()) >= 50
    assert len(correct_ones()) >= 10
    assert {one.style for one in broken_ones().values()} == set(Style)
    assert {one.style for one in correct_ones().values()} == set(Style)


def test_one_correct_endpoint_of_each_style_is_tried_always() -> None:
    assert {style: correct_ones()[name].style for style, name in ALWAYS.items()} == {
        style: style for style in Style
    }


def test_every_family_that_judges_an_endpoint_has_caught_one() -> None:
    caught = {str(one.caught_by).rpartition("-")[0] for one in broken_ones().values()}
    # FALLBACK judges the PBX scenario: no endpoint can be wrong there.
    assert caught == set(registry.FAMILIES) - {"FALLBACK"}
