"""The bundle: a certification as one file that can be handed on and checked offline.

A zip that any program opens, with the report as JSON, whatever else was made of the run, and
`bundle.json`, which names them all with their sha256. Its bytes follow from its content, so
that `verify` finds any changed byte. That proves integrity against accident: whoever edits a
bundle on purpose can compute the hashes anew. Only the hash that was printed when the bundle
was issued proves that it is the same file.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from harness.reports.overview import Report
from harness.results.archive import DamagedError, Member, member, pack, unpack
from mockpbx.errors import UsageError

FORMAT = "pbx-harness-bundle/1"
INDEX, REPORT, MANIFEST = "bundle.json", "report.json", "pbx.toml"
VALID_DAYS = 90

Index = Mapping[str, Any]
"""What `bundle.json` says."""


# -- writing ---------------------------------------------------------------------------


def write_bundle(
    path: Path,
    report: Report,
    manifest: str | None,
    files: Mapping[str, str],
    *,
    valid_days: int = VALID_DAYS,
) -> str:
    """Write a bundle and give the sha256 of the file.

    Args:
        path: The file.
        report: The JSON report; a bundle is issued when its run began.
        manifest: Text of the manifest without secrets, see `harness.reports.manifest`; None
            without one.
        files: What else was made of the run, by name: ``report.html``, ``junit.xml`` …
        valid_days: Days for which it is good.

    Raises:
        UsageError: It cannot be written.
        ValueError: Two files have one name, or one is no plain name.
    """
    data = bundle(report, manifest, files, valid_days=valid_days)
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UsageError(f"the bundle {path} cannot be written: {error.strerror}") from error
    return hashlib.sha256(data).hexdigest()


def bundle(
    report: Report,
    manifest: str | None,
    files: Mapping[str, str],
    *,
    valid_days: int = VALID_DAYS,
) -> bytes:
    """Return the bytes of a bundle; the same content gives the same bytes."""
    texts = {REPORT: json.dumps(report, ensure_ascii=False, indent=2) + "\n"}
    if manifest is not None:
        texts[MANIFEST] = manifest
    twice = sorted(files.keys() & {*texts, INDEX})
    if twice:
        raise ValueError(f"a bundle has a {twice[0]} of its own")
    texts |= files
    encoded = {name: text.encode("utf-8", "backslashreplace") for name, text in texts.items()}
    members = [member(name, content) for name, content in encoded.items()]
    expires = _moment(report["started"]) + timedelta(days=valid_days)
    return pack(_bound(report, members, expires=expires))


def _bound(report: Report, files: Iterable[Member], *, expires: datetime) -> list[Member]:
    """Put files in order, and the index before them."""
    in_order = sorted(files, key=lambda one: one.name)
    index = _canonical(_index(report, in_order, expires))
    return [member(INDEX, index, compress=False), *in_order]


def _index(report: Report, files: Iterable[Member], expires: datetime) -> Index:
    suite, counts = report["suite"], report["counts"]
    index = {
        "format": FORMAT,
        "verdict": str(report["verdict"]),
        "endpoint": {"url": str(report["endpoint"]["url"])},
        "suite": {
            "version": str(suite["version"]),
            "cases_digest": str(suite["cases_digest"]),
            "cases": int(suite["cases"]),
        },
        "counts": {str(verdict): int(number) for verdict, number in counts.items()},
        "issued": _moment(report["started"]).isoformat(),
        "expires": expires.isoformat(),
        "files": {one.name: _entry(one) for one in files},
    }
    return index | {"sha256": hashlib.sha256(_canonical(index)).hexdigest()}


def _entry(one: Member) -> dict[str, Any]:
    return {
        "bytes": len(one.content),
        "sha256": hashlib.sha256(one.content).hexdigest(),
        # Compressed bytes can be changed without a change of what they stand for.
        "packed_sha256": hashlib.sha256(one.packed).hexdigest(),
    }


def _canonical(index: Index) -> bytes:
    text = json.dumps(index, ensure_ascii=False, indent=2) + "\n"
    return text.encode("utf-8", "backslashreplace")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return aware.astimezone(UTC).replace(microsecond=0)


# -- verifying -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What was found of a bundle.

    Attributes:
        sha256: Of the whole file.
        index: What it says of itself; None if it cannot be read.
        broken: What is not as it was written; empty if it is intact.
        expired: Whether it is too old.
        identical: Whether it has the hash that it is to have; None if none was given.
        remarks: What else is worth knowing.
    """

    sha256: str
    index: Index | None = None
    broken: tuple[str, ...] = ()
    expired: bool = False
    identical: bool | None = None
    remarks: tuple[str, ...] = field(default=())

    @property
    def good(self) -> bool:
        """Tell whether it may be relied on, as far as it goes."""
        return not self.broken and not self.expired and self.identical is not False


def verify(
    data: bytes, *, now: datetime, installed: Mapping[str, str], sha256: str | None = None
) -> Verified:
    """See whether a bundle is as it was written, and still good.

    Args:
        data: The file.
        now: The moment, with a time zone.
        installed: ``version`` and ``cases_digest`` of this suite.
        sha256: The hash that was printed when it was issued.
    """
    found = hashlib.sha256(data).hexdigest()
    identical = None if sha256 is None else found == sha256.lower()
    try:
        index, broken = _read(unpack(data))
    except DamagedError as damaged:
        return Verified(sha256=found, broken=(str(damaged),), identical=identical)
    if broken:
        return Verified(sha256=found, index=index, broken=broken, identical=identical)
    return Verified(
        sha256=found,
        index=index,
        expired=now >= _moment(index["expires"]),
        identical=identical,
        remarks=tuple(_remarks(index, now, installed)),
    )


def _read(members: list[Member]) -> tuple[Index, tuple[str, ...]]:
    """Read the index, and compare with it what is there.

    Raises:
        DamagedError: There is no telling what was there.
    """
    found = {one.name: one for one in members}
    if len(found) < len(members) or not {INDEX, REPORT} <= found.keys():
        raise DamagedError(f"this is not a bundle: it lacks {INDEX} or {REPORT}")
    index = _parsed(found[INDEX])
    if index.get("format") != FORMAT:
        raise DamagedError(f"{INDEX} names the format {index.get('format')!r}, not {FORMAT}")
    files = [one for one in members if one.name != INDEX]
    broken = _changed_files(index.get("files"), files)
    if not broken and not _agrees(index, _parsed(found[REPORT]), members):
        broken = [f"{INDEX} was changed: it is not what the files in it make it"]
    return index, tuple(broken)


def _parsed(one: Member) -> dict[str, Any]:
    try:
        content = json.loads(one.content)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise DamagedError(f"{one.name} was changed: it cannot be read")
    return content


def _changed_files(listed: object, files: list[Member]) -> list[str]:
    expected = listed if isinstance(listed, dict) else {}
    found = {one.name: _entry(one) for one in files}
    both = sorted(found.keys() & expected.keys())
    return [
        *(f"{name} is missing" for name in sorted(expected.keys() - found.keys())),
        *(f"{name} was added" for name in sorted(found.keys() - expected.keys())),
        *(f"{name} was changed" for name in both if expected[name] != found[name]),
    ]


def _agrees(index: Index, report: Report, members: list[Member]) -> bool:
    """Put the bundle together once more from what is in it; it has to come out the same."""
    files = [one for one in members if one.name != INDEX]
    try:
        return members == _bound(report, files, expires=_moment(index["expires"]))
    except (AttributeError, LookupError, OverflowError, TypeError, ValueError):
        return False


def _remarks(index: Index, now: datetime, installed: Mapping[str, str]) -> Iterable[str]:
    suite = index["suite"]
    if suite["cases_digest"] != installed["cases_digest"]:
        yield (
            f"measured by the cases of version {suite['version']}, which differ from those "
            f"installed here, of version {installed['version']}"
        )
    if _moment(index["issued"]) > now:
        yield "issued in the future; is the clock right?"
