"""A zip file that can be written in one way only, so that every changed byte shows.

Any program can open it. To read it here is stricter: the container is built once more from
what was found in it and has to come out the same, byte for byte. No slack is left in which
something could be changed, added or hidden: dates, attributes, comments, padding, order.

Compressed data is kept as it is, for other versions of zlib compress differently.
"""

import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mockpbx.errors import UsageError

LARGEST = 256 * 1024 * 1024
"""Bytes of an archive, and of all its files together once unpacked."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:/[A-Za-z0-9][A-Za-z0-9._-]*)*")
_FILE = struct.Struct("<4sHHHHHIIIHH")
_ENTRY = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_FILE_MAGIC = b"PK\x03\x04"
_STORED, _DEFLATED = 0, 8
_VERSION = 20  # the oldest that knows how to inflate
_UNIX = 3 << 8
_READABLE = 0o100644 << 16
_1980_01_01 = 0x21  # zip cannot count from earlier


class DamagedError(UsageError):
    """The archive is not as it was written; the message says where."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A file in an archive.

    Attributes:
        name: Its name; folders are divided by a slash.
        content: The file itself.
        packed: The bytes that stand for it in the archive.
        deflated: Whether these are compressed.
    """

    name: str
    content: bytes
    packed: bytes
    deflated: bool

    @property
    def _fields(self) -> tuple[int, ...]:
        """What is said of it in both places: before its bytes, and in the list at the end."""
        method = _DEFLATED if self.deflated else _STORED
        crc = zlib.crc32(self.content)
        sizes = len(self.packed), len(self.content)
        return (_VERSION, 0, method, 0, _1980_01_01, crc, *sizes, len(self.name), 0)

    def head(self) -> bytes:
        """Return what stands before its bytes."""
        return _FILE.pack(_FILE_MAGIC, *self._fields) + self.name.encode("ascii")

    def entry(self, offset: int) -> bytes:
        """Return its entry in the list at the end."""
        more = (0, 0, 0, _READABLE, offset)
        packed = _ENTRY.pack(b"PK\x01\x02", _UNIX | _VERSION, *self._fields, *more)
        return packed + self.name.encode("ascii")


def member(name: str, content: bytes, *, compress: bool = True) -> Member:
    """Prepare a file for an archive.

    Raises:
        ValueError: The name would not be the same on all systems.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no plain file name")
    if not compress:
        return Member(name=name, content=content, packed=content, deflated=False)
    packer = zlib.compressobj(level=9, wbits=-zlib.MAX_WBITS)
    packed = packer.compress(content) + packer.flush()
    return Member(name=name, content=content, packed=packed, deflated=True)


def pack(members: Iterable[Member]) -> bytes:
    """Write an archive.

    Raises:
        UsageError: It would be too large to be read again.
    """
    files, entries = bytearray(), bytearray()
    number = unpacked = 0
    for one in members:
        entries += one.entry(len(files))
        files += one.head() + one.packed
        number, unpacked = number + 1, unpacked + len(one.content)
    end = _END.pack(b"PK\x05\x06", 0, 0, number, number, len(entries), len(files), 0)
    whole = bytes(files + entries + end)
    if max(len(whole), unpacked) > LARGEST:
        raise UsageError(f"the archive would be larger than {LARGEST >> 20} MiB; leave files out")
    return whole


def unpack(archive: bytes) -> list[Member]:
    """Read an archive.

    Raises:
        DamagedError: It is not exactly what `pack` writes.
    """
    if len(archive) > LARGEST:
        raise DamagedError(f"it is larger than {LARGEST >> 20} MiB")
    if not archive.startswith(_FILE_MAGIC):
        raise DamagedError("it does not begin as one that was written here")
    members = list(_members(archive))
    again = pack(members)
    if again != archive:
        at = _first_difference(again, archive)
        raise DamagedError(f"the zip is not as it was written, from byte {at} on")
    return members


def _members(archive: bytes) -> Iterator[Member]:
    at, room = 0, LARGEST
    while archive.startswith(_FILE_MAGIC, at):
        try:
            one, at = _read(archive, at, room)
        except (struct.error, UnicodeError, ValueError) as wrong:
            raise DamagedError(f"the file that begins at byte {at} cannot be read") from wrong
        room -= len(one.content)
        yield one


def _read(archive: bytes, at: int, room: int) -> tuple[Member, int]:
    """Read the file that begins at a place; give it and where it ends."""
    head = _FILE.unpack_from(archive, at)
    method, crc, packed_size, size, name_size = head[3], *head[6:10]
    begins = at + _FILE.size + name_size
    name = archive[at + _FILE.size : begins].decode("ascii")
    packed = archive[begins : begins + packed_size]
    if not _NAME.fullmatch(name) or len(packed) < packed_size or size > room:
        raise ValueError(name)
    content = _inflated(packed, size) if method == _DEFLATED else packed
    if content is None or zlib.crc32(content) != crc:
        raise DamagedError(f"{name} was changed")
    one = Member(name=name, content=content, packed=packed, deflated=method == _DEFLATED)
    return one, begins + packed_size


def _inflated(packed: bytes, size: int) -> bytes | None:
    """Uncompress to a size that is known, so that a small file cannot become a huge one."""
    unpacker = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
    try:
        content = unpacker.decompress(packed, size + 1)
    except zlib.error:
        return None
    whole = len(content) == size and unpacker.eof and not unpacker.unused_data
    return content if whole else None


def _first_difference(one: bytes, other: bytes) -> int:
    pairs = zip(one, other, strict=False)
    shorter = min(len(one), len(other))
    return next((at for at, (left, right) in enumerate(pairs) if left != right), shorter)
