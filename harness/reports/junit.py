"""The report as JUnit XML, for CI systems.

A family is a testsuite. A failing or untestable case is a ``<failure>`` and a fault of the
harness an ``<error>``. What does not apply is ``<skipped>``, and so is a failure that the
baseline knows: the job stays green by it, and the reason, the owner and the day stand there.
Remarks are passes with a property that says so. A run that was broken off has an ``<error>``
of its own, for the cases that are missing would otherwise read as green.
"""

from collections.abc import Iterator
from io import BytesIO

from junitparser import (
    Error,
    Failure,
    JUnitXml,
    Properties,
    Property,
    Skipped,
    TestCase,
    TestSuite,
)

from harness.display.repeating import why_not
from harness.reports.overview import (
    CaseReport,
    Family,
    Report,
    families,
    is_broken_off,
    run_sentences,
)
from mockpbx.result.printable import visible


def junit(report: Report) -> str:
    """Make the document."""
    document = JUnitXml("pbx certify")
    for family in families(report["cases"]):
        document.add_testsuite(_suite(family, report))
    if is_broken_off(report):
        document.add_testsuite(_broken_off(report))
    document.update_statistics()  # type: ignore[no-untyped-call]  # theirs is untyped
    written = BytesIO()
    document.write(written, pretty=True)
    return written.getvalue().decode("utf-8").rstrip() + "\n"


def _suite(family: Family, report: Report) -> TestSuite:
    suite = TestSuite(family.id)
    suite.timestamp = report["started"]
    for name, value in _particulars(report):
        suite.add_property(name, visible(value))
    suite.add_testcases([_case(case) for case in family.cases])
    return suite


def _particulars(report: Report) -> Iterator[tuple[str, str]]:
    yield "endpoint", report["endpoint"]["url"]
    yield "verdict", report["verdict"]
    yield "suite", report["suite"]["version"]
    yield "cases_digest", report["suite"]["cases_digest"]


def _case(case: CaseReport) -> TestCase:
    name = visible(f"{case['id']}: {case['title']}")
    made = TestCase(name, classname=f"pbx.{case['family']}", time=case["duration_s"])
    properties = Properties()  # type: ignore[no-untyped-call]  # theirs is untyped
    for key in ("verdict", "requirement_id", "keyword", "source", "requirement", "cause"):
        if case[key] is not None:
            properties.add_property(Property(key, visible(case[key])))
    made.append(properties)  # type: ignore[no-untyped-call]  # theirs is untyped
    result = _result(case)
    if result is not None:
        made.result = result
    return made


def _result(case: CaseReport) -> Failure | Error | Skipped | None:
    message, verdict = visible(case["reason"]), case["verdict"]
    if verdict == "not-applicable":
        return Skipped(message)
    result: Failure | Error | Skipped
    if "known" in case:
        result = Skipped(f"{known(case)}; {message}", "known")
    elif verdict in ("fail", "untestable"):
        result = Failure(message, verdict)
    elif verdict == "error":
        result = Error(message, "error")
    else:
        return None
    result.text = evidence(case)
    return result


def known(case: CaseReport) -> str:
    """Say why a failure is known, who looks after it and until when."""
    entry = case["known"]
    said = f"known: {entry['reason']} ({entry['owner']}, until {entry['expires']})"
    return visible(said)


def evidence(case: CaseReport) -> str:
    """Say in lines of text what is wrong with a case, and what to do about it."""
    lines = [
        ("required", f"{case['requirement']} ({case['keyword']}, {case['requirement_id']})"),
        ("expected", case.get("expected")),
        ("received", case.get("received")),
        ("caller", case.get("caller")),
        ("fix", case.get("fix")),
        ("again", case["replay"]),
        ("", why_not(case["replay_hides"])),
        ("curl", case.get("curl")),
        ("", why_not(case["curl_hides"])),
    ]
    shown = (f"{name and name + ':':<10}{_hanging(text)}" for name, text in lines if text)
    return visible("\n".join(shown))


def _hanging(text: str) -> str:
    return text.strip().replace("\n", f"\n{'':10}")


def _broken_off(report: Report) -> TestSuite:
    suite = TestSuite("RUN")
    suite.timestamp = report["started"]
    case = TestCase("the run is complete", classname="pbx.RUN", time=report["duration_s"])
    case.result = Error(visible(run_sentences(report)[0]), report["verdict"])
    suite.add_testcases([case])
    return suite
