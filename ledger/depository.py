"""Supporting documents: files kept under the SHA-256 of their bytes, beside the database.

An event names a document by its digest, so the file can come before or after it, and any change of
it is seen. Several processes share the folder: a file appears whole or not at all, and two who
deposit the same bytes make the same file. Nothing here is public, and nothing is part of the log.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from ledger.media import NotTaken, media_type
from ledger.settings import make_data_dir

PIECE_BYTES: Final = 1024 * 1024
DISK_FREE_MIN: Final = 256 * 1024**2
"""Room that is left to the database, whatever is deposited."""

DRAFT_SECONDS_MAX: Final = 24 * 3600
"""Age at which a draft is nobody's any more."""


class NoRoom(Exception):
    """The disk has no room for more documents."""


class TooLong(Exception):
    """A document is larger than the depository takes."""


class Damaged(Exception):
    """The bytes of a document are no longer those of its digest."""

    def __init__(self, digest: str) -> None:
        super().__init__(f"the document {digest} is damaged")
        self.digest = digest


@dataclass(frozen=True, slots=True)
class Deposited:
    """A document that is kept."""

    digest: str
    """SHA-256 of its bytes, hexadecimal."""
    media_type: str
    """By its content."""
    size: int
    """In bytes."""


@dataclass(frozen=True, slots=True)
class Depository:
    """The folder of documents."""

    folder: Path
    bytes_max: int
    """Size of the largest document taken."""

    def place(self, digest: str) -> Path:
        return self.folder / digest[:2] / digest

    def holds(self, digest: str) -> bool:
        """Whether the document is there; not whether it is whole."""
        return self.place(digest).is_file()

    def receive(self) -> Draft:
        """A draft, to be written piece by piece and then kept or dropped; raises NoRoom."""
        drafts = self.folder / "drafts"
        make_data_dir(self.folder.parent)
        for each in (self.folder, drafts):
            each.mkdir(mode=0o700, exist_ok=True)
        if shutil.disk_usage(drafts).free < DISK_FREE_MIN:
            raise NoRoom
        return Draft(self, drafts / f"{os.getpid()}.{secrets.token_hex(8)}")

    @contextlib.contextmanager
    def opened(self, digest: str) -> Iterator[tuple[BinaryIO, Deposited]]:
        """A document's bytes, compared with its digest; raises FileNotFoundError or Damaged."""
        with self.place(digest).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                raise Damaged(digest)
            size = file.tell()
            kind = media_type(file)
            file.seek(0)
            yield file, Deposited(digest, kind, size)

    def digests(self) -> Iterator[str]:
        """The digests of all that is kept, in their order."""
        if self.folder.is_dir():
            for each in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
                yield each.name

    def damaged(self) -> Iterator[str]:
        """The digests of the documents whose bytes have changed; reads all of them."""
        for digest in self.digests():
            with self.place(digest).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != digest:
                    yield digest

    def tidy(self) -> None:
        """Remove drafts that a killed process has left."""
        for draft in self.folder.glob("drafts/*"):
            with contextlib.suppress(FileNotFoundError):
                if draft.stat().st_mtime < time.time() - DRAFT_SECONDS_MAX:
                    draft.unlink()


class Draft:
    """A document that is coming in."""

    def __init__(self, depository: Depository, path: Path) -> None:
        self._depository = depository
        self._path = path
        self._hash = hashlib.sha256()
        self._size = 0
        self._file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b")

    def drop(self) -> None:
        """Close it; what was not kept is gone."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def write(self, piece: bytes) -> None:
        """Take in more of it; raises TooLong."""
        self._size += len(piece)
        if self._size > self._depository.bytes_max:
            raise TooLong
        self._hash.update(piece)
        self._file.write(piece)

    def keep(self) -> Deposited:
        """Put it in its place for good; raises NotTaken where its content is of no type that is
        taken.

        The same document that is there already is replaced, so that a damaged one is made whole.
        """
        if not self._size:
            raise NotTaken("it is empty")
        self._file.flush()
        kind = media_type(self._file)
        os.fsync(self._file.fileno())
        place = self._depository.place(self._hash.hexdigest())
        with contextlib.suppress(FileExistsError):
            place.parent.mkdir(mode=0o700)
            _settle(self._depository.folder)
        self._path.replace(place)
        _settle(place.parent)
        return Deposited(place.name, kind, self._size)


def _settle(folder: Path) -> None:
    """Have the names in a folder outlive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
