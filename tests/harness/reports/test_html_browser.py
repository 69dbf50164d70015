"""The HTML report in a real browser."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import pytest

from harness.reports.html import html

Opened = Callable[..., None]


class Browser(Protocol):
    """What these tests want of a browser."""

    events: list[dict[str, Any]]

    def open(self, url: str) -> None: ...

    def js(self, expression: str) -> Any: ...

    def press(self, *keys: str) -> None: ...

    def send(self, method: str, **parameters: Any) -> Any: ...


SHOWN = "[...document.querySelectorAll('details.case')].filter(one => one.checkVisibility())"
IDS = f"{SHOWN}.map(one => one.querySelector('.id').textContent)"
OPEN = f"{SHOWN}.filter(one => one.open).map(one => one.querySelector('.id').textContent)"
FOCUSED = "document.activeElement.closest('summary')?.querySelector('.id').textContent"


@pytest.fixture
def page(browser: Browser, tmp_path: Path, mixed: dict[str, Any]) -> Opened:
    """Open the report, with what is given behind its address."""
    file = tmp_path / "report.html"
    file.write_text(html(mixed), "utf-8")
    return lambda more="": browser.open(f"{file.as_uri()}{more}")


def test_typing_into_the_search_leaves_the_cases_that_match(browser: Browser, page: Opened) -> None:
    page()
    browser.press("/", *"title of reply-0", "1")
    assert browser.js(IDS) == ["REPLY-010"]
    assert browser.js("document.querySelector('#shown').textContent") == "1 of 8 cases"
    browser.press("Escape")
    assert len(browser.js(IDS)) == 8


def test_a_verdict_and_a_family_filter_the_cases(browser: Browser, page: Opened) -> None:
    page()
    browser.js("document.querySelector('[data-verdict=fail]').click()")
    assert browser.js(IDS) == ["REPLY-001"]
    browser.js("document.querySelector('[data-verdict=fail]').click()")
    browser.js("family.value = 'SEQ'; family.dispatchEvent(new Event('change'))")
    assert browser.js(IDS) == ["SEQ-001", "SEQ-002"]


def test_an_address_holds_what_is_filtered(browser: Browser, page: Opened) -> None:
    page("?verdict=pass,info&q=reply")
    assert browser.js(IDS) == ["REPLY-010", "REPLY-020"]
    assert browser.js("search.value") == "reply"


def test_failures_are_open_and_a_deep_link_opens_its_case(browser: Browser, page: Opened) -> None:
    page("#REPLY-010")
    assert browser.js(OPEN) == ["REPLY-001", "REPLY-010", "SEQ-002", "PRIV-001"]
    assert browser.js(FOCUSED) == "REPLY-010"
    browser.js("document.querySelector('a[href=\"#REPLY-020\"]').click()")
    browser.js("new Promise(requestAnimationFrame)")
    assert browser.js(FOCUSED) == "REPLY-020"


def test_a_deep_link_finds_its_case_though_a_filter_hides_it(
    browser: Browser, page: Opened
) -> None:
    page("?verdict=fail#PRIV-002")
    assert browser.js(FOCUSED) == "PRIV-002"


def test_keys_lead_from_case_to_case_and_open_them(browser: Browser, page: Opened) -> None:
    page()
    browser.press("j")
    assert browser.js(FOCUSED) == "REQ-001"
    browser.press("j", "ArrowDown", "k")
    assert browser.js(FOCUSED) == "REPLY-001"
    browser.press("k", "Enter")
    assert "REQ-001" in browser.js(OPEN)


def test_printing_opens_the_cases_that_are_shown_and_hides_the_tools(
    browser: Browser, page: Opened
) -> None:
    page("?verdict=pass,not-applicable")
    browser.js("dispatchEvent(new Event('beforeprint'))")
    assert browser.js(OPEN) == ["REQ-001", "REPLY-010", "PRIV-002"]
    browser.send("Emulation.setEmulatedMedia", media="print")
    assert browser.js("document.querySelector('#tools').checkVisibility()") is False
    browser.send("Emulation.setEmulatedMedia", media="")
    browser.js("dispatchEvent(new Event('afterprint'))")
    assert browser.js(OPEN) == []


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(browser: Browser, page: Opened, width: int) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.send("Emulation.setDeviceMetricsOverride", **metrics)
    page("#REPLY-001")
    assert browser.js("document.documentElement.scrollWidth <= innerWidth")
    browser.send("Emulation.clearDeviceMetricsOverride")


def test_without_javascript_everything_is_there(browser: Browser, page: Opened) -> None:
    browser.send("Emulation.setScriptExecutionDisabled", value=True)
    page()
    browser.send("Emulation.setScriptExecutionDisabled", value=False)
    assert len(browser.js(IDS)) == 8
    assert browser.js("document.querySelector('#tools').checkVisibility()") is False


def test_the_page_asks_for_nothing_but_itself(browser: Browser, page: Opened) -> None:
    page()
    asked = [
        event["params"]["request"]["url"]
        for event in browser.events
        if event["method"] == "Network.requestWillBeSent"
    ]
    assert [url.rpartition("/")[2] for url in asked] == ["report.html"]


def test_what_an_endpoint_answers_never_becomes_markup(
    browser: Browser, tmp_path: Path, hostile: dict[str, Any]
) -> None:
    file = tmp_path / "report.html"
    file.write_text(html(hostile), "utf-8")
    browser.open(file.as_uri())
    assert browser.js("document.images.length") == 0
    assert browser.js("document.scripts.length") == 1
    assert "</script><script>alert('x')</script>" in browser.js("document.body.textContent")
