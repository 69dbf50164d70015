"""The HTML report in a real browser."""

import base64
import re
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


def test_what_is_open_and_what_fails_is_printed_with_its_evidence(
    browser: Browser, page: Opened
) -> None:
    page("#REPLY-010")
    browser.js("document.querySelector('details.case.fail').open = false")
    before = browser.js(OPEN)
    browser.js("dispatchEvent(new Event('beforeprint'))")
    assert browser.js(OPEN) == ["REPLY-001", "REPLY-010", "SEQ-002", "PRIV-001"]
    browser.send("Emulation.setEmulatedMedia", media="print")
    assert browser.js("document.querySelector('#tools').checkVisibility()") is False
    browser.send("Emulation.setEmulatedMedia", media="")
    browser.js("dispatchEvent(new Event('afterprint'))")
    assert browser.js(OPEN) == before == ["REPLY-010", "SEQ-002", "PRIV-001"]


def test_a_clean_certificate_is_a_few_sheets(
    browser: Browser, tmp_path: Path, report_with: Callable[..., Any], case_of: Callable[..., Any]
) -> None:
    file = tmp_path / "report.html"
    cases = [case_of(f"FALLBACK-{number:03}", "pass") for number in range(350)]
    file.write_text(html(report_with(*cases)), "utf-8")
    browser.open(file.as_uri())
    printed = browser.send("Page.printToPDF", preferCSSPageSize=True)["data"]
    pages = re.findall(rb"/Type\s*/Page\b", base64.b64decode(printed))
    assert 2 <= len(pages) <= 8


LADDER_STEP = """(() => {
  const [time, who, what] = document.querySelector("#REPLY-001 .ladder li:nth-child(2)").children;
  const places = [time, who, what].map((one) => one.getBoundingClientRect());
  return { beside: places[2].left >= places[0].right - 1, who: places[1].width > 2,
           under: places[2].top >= places[1].bottom };
})()"""


@pytest.mark.parametrize("width", [390, 599, 600, 1280])
def test_a_ladder_is_a_list_of_steps_where_there_is_no_room_to_draw_it(
    browser: Browser, page: Opened, width: int
) -> None:
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.send("Emulation.setDeviceMetricsOverride", **metrics)
    page()
    place = browser.js(LADDER_STEP)
    browser.send("Emulation.clearDeviceMetricsOverride")
    is_list = width < 600
    assert place["beside"]
    assert (place["who"], place["under"]) == (is_list, is_list)


DRAWN_OVER = """(() => {
  const texts = [...document.querySelectorAll(".ladder :is(time, .what > span, .lanes b)")]
    .filter((one) => one.checkVisibility({ visibilityProperty: true }))
    .flatMap((one) => [...one.getClientRects()].map((at) => [one, at]));
  const apart = ([one, a], [other, b]) => one === other || a.right <= b.left + 1
    || b.right <= a.left + 1 || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
  return texts.filter((one) => !texts.every((other) => apart(one, other)))
    .map(([one]) => one.textContent);
})()"""


@pytest.mark.parametrize(("width", "media"), [(390, ""), (620, ""), (1280, ""), (794, "print")])
def test_nothing_in_a_ladder_is_drawn_over_a_text(
    browser: Browser, tmp_path: Path, hostile: dict[str, Any], width: int, media: str
) -> None:
    file = tmp_path / "report.html"
    file.write_text(html(hostile), "utf-8")
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.send("Emulation.setDeviceMetricsOverride", **metrics)
    browser.send("Emulation.setEmulatedMedia", media=media)
    browser.open(file.as_uri())
    assert browser.js(DRAWN_OVER) == []
    browser.send("Emulation.setEmulatedMedia", media="")
    browser.send("Emulation.clearDeviceMetricsOverride")


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
