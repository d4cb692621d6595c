"""The characters of a source file, plain, gzipped or zipped, in blocks and whatever its encoding.

Bytes that the encoding does not know are marked, not refused, so that they spoil only the record in
which they stand. In UTF-16 a lost byte spoils every character behind it.
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import IO, cast

BLOCK = 1 << 18
"""Bytes read at once."""

LOST = "\udcff"
"""Stands for bytes that the encoding does not know; no decoder and no XML gives it otherwise."""

Source = str | PathLike[str] | IO[bytes]
"""A path, or a stream of bytes that the caller opened and closes."""


class WrongFileError(ValueError):
    """The file is not of the format it was given as; the message names it and says why."""


class Characters:
    """The characters of a stream of bytes, line ends as in XML, unreadable bytes marked as lost."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self.stream = stream
        self.damage: str | None = None
        self.ended = False
        self.head = self._bytes(HEAD)
        encoding = _encoding(self.head, name)
        self.unreadable = f"bytes that are not {encoding.upper().removesuffix('-SIG')}"
        decoder = codecs.getincrementaldecoder(encoding)(errors="ledger.lost")
        self.decoder = io.IncrementalNewlineDecoder(decoder, translate=True)

    def read(self) -> str:
        """Some more characters; none at the end."""
        while not self.ended:
            block, self.head = self.head or self._bytes(BLOCK), b""
            self.ended = not block
            text = self.decoder.decode(block, final=self.ended)
            if text:
                return text
        return ""

    def _bytes(self, size: int) -> bytes:
        """So many bytes, fewer only at the end or where an archive is damaged."""
        # `read1` gives what an archive still had before the damage; `read` throws it away.
        read = getattr(self.stream, "read1", self.stream.read)
        parts: list[bytes] = []
        try:
            while self.damage is None and size > 0 and (part := read(size)):
                parts.append(part)
                size -= len(part)
        except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile) as error:
            self.damage = f"the compressed file is damaged from here on ({error})"
        return b"".join(parts)


def _lost(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return LOST, error.end


codecs.register_error("ledger.lost", _lost)

HEAD = 1024
"""Bytes within which an XML declaration must end."""
DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,200}?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16"} | {
    codecs.BOM_UTF16_BE: "utf-16",
    b"<\0": "utf-16-le",
    b"\0<": "utf-16-be",
}
KNOWN_ENCODING = re.compile(r"utf-8|iso8859-\d+|cp125\d")


def _encoding(head: bytes, name: str) -> str:
    for mark, encoding in BYTE_ORDER_MARKS.items():
        if head.startswith(mark):
            return encoding
    declared = DECLARED.match(head)
    if declared is None:
        return "utf-8"
    word = declared[1].decode("ascii")
    try:
        encoding = codecs.lookup(word).name
    except LookupError:
        encoding = ""
    if encoding in ("ascii", "utf-16"):  # a declaration read byte by byte is not UTF-16
        return "utf-8"
    if not KNOWN_ENCODING.fullmatch(encoding):
        raise WrongFileError(f"{name} declares an encoding that is not read here: {word}")
    return encoding


@contextmanager
def opened(source: Source) -> Iterator[tuple[str, Iterator[IO[bytes]]]]:
    if isinstance(source, str | PathLike):
        with Path(source).open("rb") as file:
            yield str(source), _streams(file, str(source))
    else:
        name = str(getattr(source, "name", "the stream"))
        yield name, _streams(source, name)


def _streams(file: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    """The XML in a file: itself, or what a gzip or zip archive holds, told by its first bytes."""
    magic = b""
    if file.seekable():
        magic = file.read(4)
        file.seek(-len(magic), io.SEEK_CUR)
    if magic[:2] == b"\x1f\x8b":
        with gzip.open(file) as unzipped:
            yield cast("IO[bytes]", unzipped)
    elif magic[:2] == b"PK":
        yield from _members(file, name)
    else:
        yield file


def _members(file: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    try:
        with zipfile.ZipFile(file) as archive:
            members = [i for i in archive.infolist() if i.filename.lower().endswith(".xml")]
            for member in members:
                with archive.open(member) as stream:
                    yield stream
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise WrongFileError(f"{name} cannot be unpacked: {error}") from error
    if not members:
        raise WrongFileError(f"{name} holds no XML file")
