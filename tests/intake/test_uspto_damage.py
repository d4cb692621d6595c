"""Damage in a file costs the record in which it stands, and nothing outside the file is read.

Method: a file of invented records is damaged in one place; every other record must come out as from
the whole file. Hypothesis chooses the places and the sizes of the blocks read.
"""

from __future__ import annotations

import gzip
import io
import subprocess
import sys
import threading
import time
import tracemalloc
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.intake import characters, uspto_chunks, uspto_xml
from ledger.intake.characters import WrongFileError
from ledger.intake.uspto_records import AssignmentRecord, BrokenRecord
from tests.intake.uspto_files import file_of, record, records_of, text_of


def read(content: bytes) -> list[AssignmentRecord | BrokenRecord]:
    return list(uspto_xml.read(io.BytesIO(content)))


def whole(found: list[AssignmentRecord | BrokenRecord]) -> list[int]:
    return [each.frame_no for each in found if isinstance(each, AssignmentRecord)]


def broken(found: list[AssignmentRecord | BrokenRecord]) -> list[str | None]:
    return [each.reel_frame for each in found if isinstance(each, BrokenRecord)]


class SlowStream(io.RawIOBase):
    """Gives a few bytes at a time, as a pipe may."""

    def __init__(self, content: bytes, step: int) -> None:
        self.rest = io.BytesIO(content)
        self.step = step

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self.rest.read(min(size, self.step) if size > 0 else self.step)


A_FILE = text_of(*records_of([1, 2, 3]))


class TestBlocks:
    @given(step=st.integers(1, 5000), end=st.sampled_from(["\n", "\r\n"]))
    @settings(max_examples=40, deadline=None)
    def test_where_a_block_ends_makes_no_difference(self, step: int, end: str) -> None:
        content = A_FILE.replace("\n", end).encode()
        assert list(uspto_xml.read(SlowStream(content, step))) == read(content)

    @given(
        step=st.integers(1, 7),
        noise=st.lists(
            st.sampled_from(
                [
                    "<!--",
                    "-->",
                    "--",
                    "<![CDATA[",
                    "]]>",
                    "<?",
                    "?>",
                    "<patent-assignment",
                    ">",
                    "/>",
                    "<",
                    "</patent-assignment>",
                    "</patent-assignments>",
                    "<!DOCTYPE",
                    "[",
                    "]",
                    "'",
                    '"',
                    "x",
                    "\n",
                ]
            ),
            max_size=12,
        ),
    )
    @settings(max_examples=200, deadline=None)
    def test_nor_what_stands_there(self, step: int, noise: list[str]) -> None:
        """Any jumble of marks between two records: the same chunks and lines at any block size."""
        content = text_of(record(1), "".join(noise), record(2)).encode()
        found = read(content)
        assert list(uspto_xml.read(SlowStream(content, step))) == found
        assert [each.line for each in found] == [
            each.line for each in uspto_xml.read(SlowStream(content, step))
        ]


DAMAGE = {
    "a tag never closed": lambda t: t.replace("</name>", "", 1),
    "a tag cut": lambda t: t.replace("</name>", "</name", 1),
    "an ampersand": lambda t: t.replace("ADA Q.", "ADA & CO", 1),
    "an angle bracket": lambda t: t.replace("ADA Q.", "ADA < Q", 1),
    "an entity that nothing declares": lambda t: t.replace("ADA Q.", "ADA &eacute;", 1),
    "an entity that the DTD declares": lambda t: t.replace("ADA Q.", "ADA &wick;", 1),
    "a character that XML has not": lambda t: t.replace("ADA Q.", "ADA \x01", 1),
    "a reference to one": lambda t: t.replace("ADA Q.", "ADA &#0;", 1),
    "half of a surrogate pair": lambda t: t.replace("ADA Q.", "ADA &#xD800;", 1),
    "a comment never closed": lambda t: t.replace(
        "<patent-assignees>", "<!-- <patent-assignees>", 1
    ),
    "a CDATA section never closed": lambda t: t.replace("ADA Q.", "<![CDATA[ADA", 1),
    "an instruction never closed": lambda t: t.replace("ADA Q.", "<?ADA", 1),
    "no end": lambda t: t.replace("</patent-assignment>", "", 1),
    "an end cut": lambda t: t.replace("</patent-assignment>", "</patent-assignment", 1),
    "a document type declaration": lambda t: t.replace("<patent-assignees>", "<!DOCTYPE a [", 1),
    "depth": lambda t: t.replace("ADA Q.", "<b>" * 5000, 1),
    "the end of the list": lambda t: t.replace("</assignment-record>", "</patent-assignments>", 1),
}


@pytest.mark.parametrize("where", [1, 2, 3])
@pytest.mark.parametrize("what", DAMAGE)
def test_only_the_damaged_record_is_lost(what: str, where: int) -> None:
    parts = records_of([1, 2, 3])
    parts[where - 1] = DAMAGE[what](parts[where - 1])
    found = read(file_of(*parts))
    assert whole(found) == [frame for frame in (1, 2, 3) if frame != where]
    assert broken(found)[0] == f"90001/{where}"
    assert set(broken(found)) <= {f"90001/{where}", None}


@pytest.mark.parametrize("where", [1, 2, 3])
def test_a_byte_that_is_no_character_costs_its_record_alone(where: int) -> None:
    parts = [each.encode() for each in records_of([1, 2, 3])]
    parts[where - 1] = parts[where - 1].replace(b"ADA", b"AD\xc4", 1)
    found = read(file_of("HERE").replace(b"HERE", b"\n".join(parts)))
    assert whole(found) == [frame for frame in (1, 2, 3) if frame != where]
    (lost,) = (each for each in found if isinstance(each, BrokenRecord))
    assert (lost.reel_frame, lost.reason) == (f"90001/{where}", "bytes that are not UTF-8")


def test_a_record_whose_beginning_is_damaged_is_reported_too() -> None:
    for start in ("", "<patent-asignment>", "<patent-assignment"):
        second = record(2).replace("<patent-assignment>", start, 1)
        found = read(file_of(record(1), second, record(3)))
        assert whole(found) == [1, 3]
        assert broken(found) == ["90001/2"]


def test_text_between_records_is_reported_and_costs_nothing() -> None:
    found = read(file_of(record(1), "stray", record(2), "<later>x</later>", record(3)))
    assert whole(found) == [1, 2, 3]
    assert broken(found) == [None]
    assert found[1].line == found[0].line + record().count("\n") + 1


@given(end=st.integers(1, len(A_FILE) - len("</patent-assignments>\n</us-patent-assignments>\n")))
@settings(max_examples=150, deadline=None)
def test_a_truncated_file_reports_its_last_record_broken(end: int) -> None:
    begun = A_FILE[:end].count("<patent-assignment>")
    complete = A_FILE[:end].count("</patent-assignment>")
    if "<us-patent-assignments " not in A_FILE[:end]:
        with pytest.raises(WrongFileError):
            read(A_FILE[:end].encode())
        return
    found = read(A_FILE[:end].encode())
    assert whole(found) == [1, 2, 3][:complete]
    assert len(broken(found)) == 1
    assert begun - complete in (0, 1)


@given(
    start=st.integers(A_FILE.index("<patent-assignments>"), len(A_FILE)), size=st.integers(1, 800)
)
@settings(max_examples=200, deadline=None)
def test_a_hole_loses_no_record_outside_it(start: int, size: int) -> None:
    """Records that the hole does not touch come out unchanged, and no loss goes unreported."""
    originals = {
        each.frame_no: each for each in read(A_FILE.encode()) if isinstance(each, AssignmentRecord)
    }
    starts = [i for i in range(len(A_FILE)) if A_FILE.startswith("<patent-assignment>", i)]
    ends = [A_FILE.index("</patent-assignment>", i) + len("</patent-assignment>") for i in starts]
    untouched = [
        n
        for n, (a, b) in enumerate(zip(starts, ends, strict=True), 1)
        if b <= start or a >= start + size
    ]
    found = read((A_FILE[:start] + A_FILE[start + size :]).encode())
    kept = {each.frame_no: each for each in found if isinstance(each, AssignmentRecord)}
    for frame in untouched:
        assert kept[frame] == originals[frame]
    if set(kept) != {1, 2, 3}:
        assert broken(found)


class TestMarksThatAreNoMarkup:
    def test_a_record_in_a_comment_is_none(self) -> None:
        hidden = f"<!-- {record(2)} -->"
        assert whole(read(file_of(record(1), hidden, record(3)))) == [1, 3]

    def test_marks_within_comments_sections_and_instructions_are_text(self) -> None:
        for hidden in (
            "<!-- </patent-assignment> -->",
            "<?print <patent-assignment> ?>",
            "<![CDATA[ <patent-assignment></patent-assignment><!-- ]]>",
        ):
            found = read(file_of(record(1).replace("ADA Q.", f"ADA {hidden}"), record(2)))
            assert whole(found) == [1, 2], hidden
            assert found[0].assignors[0].name.startswith("TALLOW, ADA")
            assert found[0].assignors[0].executed_on is not None

    def test_a_document_type_declaration_may_say_anything(self) -> None:
        for said in (
            '<!ENTITY a "]> <patent-assignment>">',
            "<!-- ]> <patent-assignment> ' -->",
            "<?x ]> <patent-assignment> ?>",
        ):
            content = file_of(record(1)).replace(b"<!ELEMENT", said.encode() + b"<!ELEMENT", 1)
            assert whole(read(content)) == [1], said

    def test_files_one_behind_another_are_one_file(self) -> None:
        found = read(file_of(record(1)) + file_of(record(2)))
        assert whole(found) == [1, 2]
        assert broken(found) == []


class TestNothingOutsideIsRead:
    BOMB = "".join(
        [
            '<!ENTITY lol0 "lol">',
            *(f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10}">' for n in range(1, 12)),
        ]
    )

    def with_entities(self, declarations: str, use: str) -> bytes:
        text = text_of(record(1), record(2).replace("ADA Q.", use), record(3))
        return text.replace("<!ELEMENT", declarations + "<!ELEMENT", 1).encode()

    def test_a_billion_laughs_are_not_laughed(self) -> None:
        content = self.with_entities(self.BOMB, "&lol11;")
        tracemalloc.start()
        began = time.monotonic()
        found = read(content)
        took, (_, peak) = time.monotonic() - began, tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert (whole(found), broken(found)) == ([1, 3], ["90001/2"])
        assert took < 2
        assert peak < 20_000_000

    def test_no_file_is_read(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret.txt"
        secret.write_text("THE SECRET")
        for kind in ("SYSTEM", 'PUBLIC "x"'):
            content = self.with_entities(f'<!ENTITY s {kind} "{secret.as_uri()}">', "&s;")
            found = read(content)
            assert (whole(found), broken(found)) == ([1, 3], ["90001/2"])
            assert "SECRET" not in repr(found)

    def test_no_connection_is_made(self) -> None:
        asked: list[str] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                self.send_error(404)

        server = HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_port}/x.dtd"
            external = f'<!DOCTYPE us-patent-assignments SYSTEM "{url}" ['
            content = self.with_entities(f'<!ENTITY % p SYSTEM "{url}"> %p;', "&s;")
            content = content.replace(b"<!DOCTYPE us-patent-assignments [", external.encode())
            assert whole(read(content)) == [1, 3]
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
        assert asked == []


class TestOtherFiles:
    @pytest.mark.parametrize(
        "content",
        [
            b"",
            b"\n",
            b"not xml",
            b"\x00\x01\x02" * 1000,
            b"<html><body>404</body></html>",
            b"<?xml version='1.0'?><us-patent-grant><patent-assignment/></us-patent-grant>",
            b"<x>" + b"<y/>" * 1_000_000,
            b'{"patentFileWrapperDataBag": []}',
            b"<?xml version='1.0' encoding='rot13'?><us-patent-assignments/>",
            b"PK\x05\x06" + bytes(18),
            b"PK\x03\x04 not a zip",
            b"\x1f\x8b not gzip",
        ],
    )
    def test_they_are_refused_by_name(self, content: bytes, tmp_path: Path) -> None:
        path = tmp_path / "other.xml"
        path.write_bytes(content)
        with pytest.raises(WrongFileError, match=r"other\.xml"):
            list(uspto_xml.read(path))

    def test_a_missing_file_is_the_caller_s_business(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            list(uspto_xml.read(tmp_path / "none.xml"))


class TestForms:
    CONTENT = file_of(*records_of([1, 2, 3]))

    def test_zip_and_gzip_give_the_same_records(self, tmp_path: Path) -> None:
        zipped, gzipped = tmp_path / "ad20150727.zip", tmp_path / "ad20150727.xml.gz"
        with zipfile.ZipFile(zipped, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("readme.txt", "about")
            archive.writestr("ad20150727.XML", self.CONTENT)
        gzipped.write_bytes(gzip.compress(self.CONTENT))
        for path in (zipped, gzipped):
            assert list(uspto_xml.read(path)) == read(self.CONTENT)

    def test_a_damaged_archive_reports_where_it_ends(self) -> None:
        noise = [
            record(n, after=f"<!-- {sha256(bytes(n)).hexdigest() * 9} -->") for n in range(400)
        ]
        packed = gzip.compress(file_of(*noise))
        found = read(packed[: len(packed) // 2])
        assert whole(found) == list(range(len(whole(found))))
        assert len(whole(found)) > 20
        (lost,) = (each for each in found if isinstance(each, BrokenRecord))
        assert lost.reason.startswith("the compressed file is damaged")

    def test_a_zip_of_nothing_to_read_is_refused(self) -> None:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            archive.writestr("readme.txt", "about")
        stream.seek(0)
        with pytest.raises(WrongFileError, match="no XML file"):
            list(uspto_xml.read(stream))

    @pytest.mark.parametrize(
        ("codec", "declared", "mark"),
        [
            ("utf-8", None, b""),
            ("utf-8", "UTF-8", b"\xef\xbb\xbf"),
            ("latin-1", "ISO-8859-1", b""),
            ("cp1252", "windows-1252", b""),
            ("utf-8", "us-ascii", b""),
            ("utf-16", "UTF-16", b""),
            ("utf-16-le", "utf-16", b""),
            ("utf-16-be", "utf-16", b""),
        ],
    )
    def test_encodings(self, codec: str, declared: str | None, mark: bytes) -> None:
        said = f' encoding="{declared}"' if declared else ""
        text = text_of(record(1), declaration=f'<?xml version="1.0"{said}?>')
        content = mark + text.replace("ADA", "ÄDA").encode(codec)
        (found,) = read(content)
        assert isinstance(found, AssignmentRecord)
        assert found.assignors[0].name == "TALLOW, ÄDA Q."


COUNT_AND_PEAK = """
import resource, sys
from ledger.intake import uspto_xml
count = sum(1 for _ in uspto_xml.read(sys.argv[1]))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


class TestLimits:
    @pytest.mark.parametrize("suffix", ["xml", "zip"])
    def test_memory_is_flat_from_one_to_twenty_copies(self, suffix: str, tmp_path: Path) -> None:
        """The most memory that a process takes, the XML library's included."""
        records = "\n".join(records_of(range(400)))

        def peak_of(copies: int) -> int:
            path = tmp_path / f"{copies}.{suffix}"
            content = file_of(*[records] * copies)
            if suffix == "zip":
                with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                    archive.writestr("ad.xml", content)
            else:
                path.write_bytes(content)
            said = subprocess.check_output([sys.executable, "-c", COUNT_AND_PEAK, path], text=True)
            count, peak = said.split()
            assert int(count) == copies * 400
            return int(peak)

        assert peak_of(20) - peak_of(1) < 4_000  # KiB; the larger file has 13 MB

    def test_a_record_longer_than_any_is_broken_and_no_more(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(uspto_chunks, "PIECE_MAX", 20_000)
        monkeypatch.setattr(characters, "BLOCK", 1_000)
        monkeypatch.setattr(uspto_chunks, "BLOCK", 1_000)
        long = record(2, after="<later>" + "x" * 70_000 + "</later>")
        found = read(file_of(record(1), long, record(3)))
        assert (whole(found), broken(found)) == ([1, 3], ["90001/2"])

    def test_a_portfolio_of_twenty_thousand_patents_is_one_record(self) -> None:
        one = "<patent-property><document-id><country>US</country><doc-number>{}</doc-number>"
        many = "".join(
            one.format(14_000_000 + n) + "<kind>X0</kind></document-id></patent-property>"
            for n in range(20_000)
        )
        (found,) = read(
            file_of(record(1, properties=f"<patent-properties>{many}</patent-properties>"))
        )
        assert isinstance(found, AssignmentRecord)
        assert len(found.properties) == 20_000

    @pytest.mark.parametrize(
        "opening", ["<!--", "<![CDATA[", "<?", "<!DOCTYPE", "<patent-assignment "]
    )
    def test_openings_never_closed_are_read_once(self, opening: str) -> None:
        """Eight times as many take eight times the processor's time, not sixty-four times."""
        took = []
        for many in (10_000, 80_000):
            content = text_of(record(1)).replace("</patent-assignments>", opening * many)
            began = time.thread_time()
            assert whole(read(content.encode())) == [1]
            took.append(time.thread_time() - began)
        assert took[1] < 24 * took[0], took


def test_a_stream_is_left_open_and_need_not_be_seekable() -> None:
    stream = io.BytesIO(TestForms.CONTENT)
    assert len(list(uspto_xml.read(stream))) == 3
    assert not stream.closed


def test_records_come_while_the_file_is_still_read() -> None:
    def parts() -> Iterator[bytes]:
        yield TestForms.CONTENT[:-100] + b"\n" * (1 << 20)
        raise AssertionError("read on before the records were given")

    class Stream(io.RawIOBase):
        source = parts()
        rest = b""

        def read(self, size: int = -1) -> bytes:
            if not self.rest:
                self.rest = next(self.source)
            block, self.rest = self.rest[:size], self.rest[size:]
            return block

    records = uspto_xml.read(Stream())
    assert [next(records).reel_frame for _ in range(2)] == ["90001/1", "90001/2"]
