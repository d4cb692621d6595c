"""What a document is, told by its bytes; what its sender calls it counts for nothing."""

from __future__ import annotations

import codecs
import re
import zipfile
from collections.abc import Iterator
from typing import BinaryIO, Final

MAGIC: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
"""How files of a type begin."""

ZIP: Final = b"PK\x03\x04"
OFD: Final = "OFD.xml"
"""The entry of every document in the national format for fixed layout (GB/T 33190)."""

SUFFIXES: Final = {
    "application/pdf": "pdf",
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/tiff": "tif",
    "application/ofd": "ofd",
    "application/zip": "zip",
    "application/xml": "xml",
    "text/plain": "txt",
}
"""Type of a document that is taken → the end of its name."""

PIECE_BYTES: Final = 1024 * 1024
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")


class NotTaken(Exception):
    """The content is of no type that is taken."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why}; taken are {', '.join(SUFFIXES)}")


def media_type(file: BinaryIO) -> str:
    """The type of a file by its content; raises NotTaken."""
    file.seek(0)
    head = file.read(64)
    for magic, kind in MAGIC:
        if head.startswith(magic):
            return kind
    if head.startswith(ZIP):
        return _archive(file)
    file.seek(0)
    start = "".join(_text(file))
    return "application/xml" if start.lstrip().startswith("<?xml") else "text/plain"


def _archive(file: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            return "application/ofd" if OFD in archive.namelist() else "application/zip"
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as error:
        raise NotTaken("it begins as an archive and is none") from error


def _text(file: BinaryIO) -> Iterator[str]:
    """The beginning of a text, whose whole is looked at."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    first = True
    try:
        while piece := file.read(PIECE_BYTES):
            text = decoder.decode(piece)
            if _CONTROL.search(text):
                raise NotTaken("its type is not known by its content")
            if first:
                yield text[:1024]
                first = False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        raise NotTaken("its type is not known by its content") from error
