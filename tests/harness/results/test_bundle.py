"""A certification as one file: any changed byte is found."""

import hashlib
import io
import json
import tomllib
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.reports.manifest import manifest_text
from harness.results import archive
from harness.results.archive import DamagedError, member, pack, unpack
from harness.results.bundle import Verified, bundle, verify, write_bundle
from mockpbx.errors import UsageError

INSTALLED = {"version": "0.1.0", "cases_digest": "sha256:0"}
ISSUED = datetime(2026, 9, 17, 10, 15, tzinfo=UTC)
NOW = ISSUED + timedelta(days=3)

REPORT = {
    "format": "pbx-harness-report/2",
    "verdict": "certified",
    "suite": {"version": "0.1.0", "cases_digest": "sha256:0", "cases": 9},
    "counts": {"pass": 1, "fail": 0},
    "endpoint": {"url": "http://127.0.0.1/"},
    "started": "2026-09-17T10:15:00+00:00",
    "cases": [],
}
FILES = {"report.html": "<title>Сертификат</title>" * 9, "junit.xml": "<testsuites/>"}
ISSUED_BUNDLE = bundle(REPORT, '[endpoint]\nurl = "http://127.0.0.1/"\n', FILES)


def verified(data: bytes, *, now: datetime = NOW, sha256: str | None = None) -> Verified:
    return verify(data, now=now, installed=INSTALLED, sha256=sha256)


# -- an intact bundle ------------------------------------------------------------------


def test_a_bundle_is_good_as_it_was_issued() -> None:
    found = verified(ISSUED_BUNDLE)
    assert found.good
    assert not found.remarks
    assert found.identical is None


def test_the_same_content_gives_the_same_bytes() -> None:
    reversed_files = dict(reversed(FILES.items()))
    assert bundle(REPORT, None, FILES) == bundle(REPORT, None, reversed_files)


def test_any_program_can_open_it() -> None:
    with zipfile.ZipFile(io.BytesIO(ISSUED_BUNDLE)) as opened:
        assert opened.testzip() is None
        assert opened.namelist() == [
            "bundle.json",
            "junit.xml",
            "pbx.toml",
            "report.html",
            "report.json",
        ]
        assert json.loads(opened.read("report.json")) == REPORT
        assert opened.read("report.html").decode() == FILES["report.html"]


def test_the_index_tells_what_was_certified_and_the_hash_of_every_file() -> None:
    with zipfile.ZipFile(io.BytesIO(ISSUED_BUNDLE)) as opened:
        index = json.loads(opened.read("bundle.json"))
        found = {name: hashlib.sha256(opened.read(name)).hexdigest() for name in index["files"]}
    assert index["verdict"] == "certified"
    assert index["suite"] == REPORT["suite"]
    assert index["counts"] == REPORT["counts"]
    assert index["issued"] == "2026-09-17T10:15:00+00:00"
    assert index["expires"] == "2026-12-16T10:15:00+00:00"
    assert {name: entry["sha256"] for name, entry in index["files"].items()} == found
    own = {key: value for key, value in index.items() if key != "sha256"}
    canonical = json.dumps(own, ensure_ascii=False, indent=2) + "\n"
    assert index["sha256"] == hashlib.sha256(canonical.encode()).hexdigest()


def test_writing_gives_the_hash_by_which_the_file_is_known_again(tmp_path: Path) -> None:
    file = tmp_path / "certificate.zip"
    sha256 = write_bundle(file, REPORT, None, FILES)
    assert hashlib.sha256(file.read_bytes()).hexdigest() == sha256
    assert verified(file.read_bytes(), sha256=sha256.upper()).identical is True


def test_a_bundle_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written: No such file"):
        write_bundle(tmp_path / "nowhere" / "certificate.zip", REPORT, None, {})


def test_halves_of_characters_in_an_answer_do_not_break_a_bundle() -> None:
    spoiled = REPORT | {"endpoint": {"url": "http://127.0.0.1/\udc80"}}
    assert verified(bundle(spoiled, None, {"junit.xml": "\udc80"})).good


@pytest.mark.parametrize("name", ["report.json", "bundle.json", "pbx.toml"])
def test_a_file_may_not_take_the_name_of_the_bundles_own(name: str) -> None:
    with pytest.raises(ValueError, match=f"a bundle has a {name} of its own"):
        bundle(REPORT, "", {name: ""})


@pytest.mark.parametrize(
    "changes",
    [
        {"counts": "many"},
        {"suite": []},
        {"endpoint": None},
        {"started": 5},
        {"counts": {"pass": []}},
    ],
)
def test_a_bundle_of_something_that_is_no_report_is_broken(changes: dict[str, Any]) -> None:
    report = json.dumps(REPORT | changes, ensure_ascii=False, indent=2) + "\n"
    first, *others = unpack(ISSUED_BUNDLE)
    spoiled = member("report.json", report.encode())
    index = json.loads(first.content)
    entry = index["files"]["report.json"]
    entry["bytes"] = len(spoiled.content)
    entry["sha256"] = hashlib.sha256(spoiled.content).hexdigest()
    entry["packed_sha256"] = hashlib.sha256(spoiled.packed).hexdigest()
    content = json.dumps(index, ensure_ascii=False, indent=2) + "\n"
    rewritten = member("bundle.json", content.encode(), compress=False)
    found = verified(pack([rewritten, *others[:-1], spoiled]))
    assert found.broken == ("bundle.json was changed: it is not what the files in it make it",)


@pytest.mark.parametrize("name", ["", "../report", "/etc/passwd", "a\\b", "a//b", "Сертификат"])
def test_a_file_may_not_have_a_name_that_leads_elsewhere(name: str) -> None:
    with pytest.raises(ValueError, match="is no plain file name"):
        bundle(REPORT, None, {name: ""})


# -- time, suites, hashes --------------------------------------------------------------


def test_a_bundle_is_good_until_it_expires() -> None:
    expires = ISSUED + timedelta(days=90)
    assert verified(ISSUED_BUNDLE, now=expires - timedelta(seconds=1)).good
    late = verified(ISSUED_BUNDLE, now=expires)
    assert late.expired
    assert not late.broken
    assert not late.good


def test_how_long_it_is_good_can_be_chosen() -> None:
    data = bundle(REPORT, None, {}, valid_days=2)
    assert verified(data, now=ISSUED + timedelta(days=1)).good
    assert verified(data, now=ISSUED + timedelta(days=2)).expired


def test_other_cases_than_those_installed_are_remarked_upon() -> None:
    installed = {"version": "0.2.0", "cases_digest": "sha256:1"}
    found = verify(ISSUED_BUNDLE, now=NOW, installed=installed)
    assert found.good
    assert "the cases of version 0.1.0, which differ from those installed" in found.remarks[0]


def test_a_bundle_from_the_future_is_remarked_upon() -> None:
    found = verified(ISSUED_BUNDLE, now=ISSUED - timedelta(hours=1))
    assert found.remarks == ("issued in the future; is the clock right?",)


def test_another_bundle_does_not_have_the_hash_however_intact() -> None:
    other = bundle(REPORT | {"verdict": "not-certified"}, None, FILES)
    sha256 = hashlib.sha256(other).hexdigest()
    found = verified(ISSUED_BUNDLE, sha256=sha256)
    assert not found.broken
    assert found.identical is False
    assert not found.good


# -- changes ---------------------------------------------------------------------------


def test_every_changed_bit_is_found() -> None:
    unnoticed = []
    for at, byte in enumerate(ISSUED_BUNDLE):
        for bit in range(8):
            changed = bytes([byte ^ 1 << bit])
            data = ISSUED_BUNDLE[:at] + changed + ISSUED_BUNDLE[at + 1 :]
            if not verified(data).broken:
                unnoticed.append((at, bit))
    assert not unnoticed


PLACES = st.integers(0, len(ISSUED_BUNDLE) - 1)


@settings(deadline=None)
@given(at=PLACES, length=st.integers(0, 40), instead=st.binary(max_size=40))
def test_every_replaced_removed_or_inserted_part_is_found(
    at: int, length: int, instead: bytes
) -> None:
    data = ISSUED_BUNDLE[:at] + instead + ISSUED_BUNDLE[at + length :]
    assert bool(verified(data).broken) == (data != ISSUED_BUNDLE)


@settings(deadline=None)
@given(before=st.binary(max_size=30), after=st.binary(max_size=30))
def test_whatever_is_put_before_or_after_it_is_found(before: bytes, after: bytes) -> None:
    data = before + ISSUED_BUNDLE + after
    assert bool(verified(data).broken) == (data != ISSUED_BUNDLE)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_bytes_that_are_no_bundle_are_told_and_break_nothing(data: bytes) -> None:
    assert verified(data).broken
    assert verified(b"PK\x03\x04" + data).broken


def test_a_file_of_another_kind_is_told() -> None:
    assert verified(b"# README").broken == ("it does not begin as one that was written here",)


def test_a_changed_file_is_named() -> None:
    data = ISSUED_BUNDLE.replace(b'"verdict": "certified"', b'"verdict": "CERTIFIED"', 1)
    assert verified(data).broken == ("bundle.json was changed",)
    second_file = ISSUED_BUNDLE.index(b"PK\x03\x04", 4)
    at = ISSUED_BUNDLE.index(b"report.html", second_file) + len("report.html") + 9
    data = ISSUED_BUNDLE[:at] + b"\0" + ISSUED_BUNDLE[at + 1 :]
    assert verified(data).broken == ("report.html was changed",)


def test_a_zip_with_the_same_files_but_other_dates_is_found() -> None:
    again = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(ISSUED_BUNDLE)) as opened,
        zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as copy,
    ):
        for name in opened.namelist():
            copy.writestr(zipfile.ZipInfo(name, (2026, 9, 17, 10, 15, 0)), opened.read(name))
    assert verified(again.getvalue()).broken


def _members(**changes: bytes | None) -> bytes:
    """Pack the bundle anew with other files, as somebody would who knows its form."""
    contents: dict[str, bytes | None] = {one.name: one.content for one in unpack(ISSUED_BUNDLE)}
    contents |= {name.replace("_", "."): content for name, content in changes.items()}
    return pack(
        [
            member(name, content, compress=name != "bundle.json")
            for name, content in contents.items()
            if content is not None
        ]
    )


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"report_html": None}, ["report.html is missing"]),
        ({"zzz_txt": b""}, ["zzz.txt was added"]),
        ({"report_html": b"<title>"}, ["report.html was changed"]),
        ({"report_html": None, "zzz_txt": b""}, ["report.html is missing", "zzz.txt was added"]),
        ({"report_json": None}, ["this is not a bundle: it lacks bundle.json or report.json"]),
        ({"bundle_json": None}, ["this is not a bundle: it lacks bundle.json or report.json"]),
        ({"bundle_json": b"[]"}, ["bundle.json was changed: it cannot be read"]),
        ({"bundle_json": b"[" * 99_999}, ["bundle.json was changed: it cannot be read"]),
        ({"bundle_json": b"{}"}, ["bundle.json names the format None, not pbx-harness-bundle/1"]),
    ],
)
def test_files_that_were_added_removed_or_changed_are_named(
    changes: dict[str, bytes | None], said: list[str]
) -> None:
    assert list(verified(_members(**changes)).broken) == said


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"2026-12-16", b"2036-12-16"),
        (b"2026-12-16", b"whenever!!"),
        (b"2026-12-16", b"9999-99-99"),
        (b'"verdict": "certified"', b'"verdict": "aborted"'),
        (b'"verdict": "certified",', b'"verdict": "aborted", "verdict": "certified",'),
        (b'"files": {', b'"files":  {'),
        (b'"expires"', b'"expired"'),
    ],
)
def test_an_index_that_was_rewritten_is_found(old: bytes, new: bytes) -> None:
    (index,) = [one.content for one in unpack(ISSUED_BUNDLE) if one.name == "bundle.json"]
    assert old in index
    data = _members(bundle_json=index.replace(old, new))
    assert verified(data).broken[0].startswith("bundle.json was changed")


def test_files_in_another_order_are_found() -> None:
    first, *others = unpack(ISSUED_BUNDLE)
    assert verified(pack([*others, first])).broken
    assert verified(pack([first, *reversed(others)])).broken


def test_a_file_that_claims_to_be_huge_is_not_unpacked() -> None:
    small = pack([member("zeros", bytes(1 << 20))])
    claimed = small.replace((1 << 20).to_bytes(4, "little"), (1 << 31).to_bytes(4, "little"))
    with pytest.raises(DamagedError):
        unpack(claimed)
    with pytest.raises(DamagedError, match="zeros was changed"):
        unpack(small.replace((1 << 20).to_bytes(4, "little"), (1 << 10).to_bytes(4, "little")))


# -- the manifest within ---------------------------------------------------------------


def test_the_manifest_is_written_as_toml_without_secrets() -> None:
    manifest = {
        "endpoint": {
            "url": "https://user:pw@crm.example/?token=abcdef",
            "headers": {
                "Authorization": "Bearer ${CRM_TOKEN}",
                "X-Key": "s3cret",
                "Accept": "*/*",
                "X-Both": "${A}:${B}",
            },
            "deadline": 5.0,
            "ca_file": None,
        },
        "facts": {"courier": "7916*****01", "order": 'a "quoted"\n\x7fone'},
        "states": None,
    }
    text = manifest_text({"manifest": manifest})
    assert text is not None
    read = tomllib.loads(text)
    assert read["endpoint"] == {
        "url": "https://***@crm.example/?token=***",
        "headers": {
            "Authorization": "***${CRM_TOKEN}",
            "X-Key": "***",
            "Accept": "*/*",
            "X-Both": "${A}***${B}",
        },
        "deadline": 5.0,
    }
    assert read["facts"] == manifest["facts"]
    assert "states" not in read


def test_values_stand_before_the_tables_that_follow_them() -> None:
    manifest = {"inner": {"table": {"x": 1}, "value": [True, "a"]}, "value": "top"}
    text = manifest_text({"manifest": manifest})
    assert text is not None
    assert tomllib.loads(text) == manifest


@pytest.mark.parametrize("report", [{}, {"manifest": None}, {"manifest": {}}])
def test_where_nothing_is_known_there_is_no_manifest(report: dict[str, Any]) -> None:
    assert manifest_text(report) is None
    assert "pbx.toml" not in [one.name for one in unpack(bundle(REPORT | report, None, {}))]


def test_what_is_too_large_is_neither_written_nor_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "LARGEST", len(ISSUED_BUNDLE) - 1)
    with pytest.raises(UsageError, match="the archive would be larger than"):
        bundle(REPORT, None, FILES | {"zeros": "0" * len(ISSUED_BUNDLE)})
    assert verified(ISSUED_BUNDLE).broken[0].startswith("it is larger than")
