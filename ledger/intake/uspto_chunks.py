"""Cuts a file of USPTO assignment records into its records, so that a damaged one costs no other.

An XML parser must stop at the first error. A register's day of hundreds of records must not be
lost for one bad byte, so the file is cut at `patent-assignment` first, knowing no more XML than
that takes: comments, CDATA sections, instructions and the document type declaration. No declaration
reaches a parser, so no entity exists to be expanded and nothing outside the file is named.

Not guaranteed: damage that happens to join two records into one well-formed record cannot be seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from ledger.intake.characters import BLOCK, LOST, Characters, Source, WrongFileError, opened

PIECE_MAX = 32 << 20
"""Characters of the longest record taken: some forty thousand patents in one instrument."""
PROLOGUE_MAX = 1 << 20
"""Characters within which the root element must begin and a document type declaration must end."""

PARSER = etree.XMLParser(
    encoding="utf-8",
    resolve_entities=False,
    no_network=True,
    load_dtd=False,
    dtd_validation=False,
    huge_tree=False,
    recover=False,
    remove_comments=True,
    remove_pis=True,
)


@dataclass(frozen=True, slots=True)
class Chunk:
    """One record's text, or the text between records (the header among it)."""

    is_record: bool
    text: str
    line: int
    problem: str | None = None


def chunks(source: Source) -> Iterator[Chunk]:
    """The chunks of a file, plain, gzipped or zipped, in order and in constant memory."""
    with opened(source) as (name, streams):
        for stream in streams:
            yield from _Cutter(Characters(stream, name), name).chunks()


class _Cutter:
    """Walks over the marks that matter, holding the characters of one chunk at a time."""

    def __init__(self, characters: Characters, name: str) -> None:
        self.characters = characters
        self.name = name
        self.window = ""
        self.offset = 0  # of the window in the file
        self.start = 0  # of the chunk in the window
        self.scan = 0
        self.counted = 0
        self.line = 1  # at `counted`
        self.chunk_line = 1
        self.parts: list[str] = []  # of the text between records, comments taken out
        self.absent: dict[re.Pattern[str], int] = {}
        self.in_record = False
        self.spoiled = False  # the text up to the next record belongs to one already reported
        self.root_seen = False
        self.root_open = False

    def chunks(self) -> Iterator[Chunk]:
        while True:
            self._forget()
            mark = self._next_mark()
            if mark is not None:
                yield from self._at(mark)
            elif len(self.window) - self.start > PIECE_MAX:
                yield from self._cut(self.scan, None if self.spoiled else TOO_LONG)
                self.spoiled = True
            else:
                break
        yield from self._end()

    def _at(self, mark: re.Match[str]) -> Iterator[Chunk]:
        self.scan = mark.end()
        match mark.group():
            case "<!--" | "<?" | "<![CDATA[":
                self._pass_over(mark)
            case "<!DOCTYPE":
                self._pass_over_doctype(mark)
            case "<patent-assignment":
                yield from self._cut(mark.start(), NEVER_CLOSED if self.in_record else None)
                self.in_record = True
                if self._tag_end() and self.window[self.scan - 2] == "/":
                    yield from self._cut(self.scan, None)
            case "</patent-assignment":
                self._tag_end()
                if self.in_record:
                    yield from self._cut(self.scan, None)
            case tag:
                if self.in_record:
                    yield from self._cut(mark.start(), NEVER_CLOSED)
                if not self.root_seen:
                    self._leave_out(self.start, mark.start())
                self.root_open = not tag.startswith("</")
                self.root_seen = True

    def _cut(self, end: int, problem: str | None) -> Iterator[Chunk]:
        """End the chunk here, and begin text between records."""
        text = "".join((*self.parts, self.window[self.start : end]))
        if self.in_record:
            if problem is None and LOST in text:
                problem = self.characters.unreadable
            if len(text) > PIECE_MAX:
                problem = TOO_LONG
            yield Chunk(True, text, self.chunk_line, problem)
        elif not self.root_seen:
            raise self._wrong("records without an us-patent-assignments element around them")
        elif problem is not None or not self.spoiled:
            blank = text[: len(text) - len(text.lstrip())]
            line = self.chunk_line + blank.count("\n")
            yield Chunk(False, text, line, problem or _stray(text))
        self.in_record = self.spoiled = False
        self.parts = []
        self.start = end
        self.chunk_line = self._line_at(end)

    def _end(self) -> Iterator[Chunk]:
        if not self.root_seen:
            empty = self.offset + len(self.window) == 0
            why = "it is empty" if empty else "no us-patent-assignments element"
            raise self._wrong(self.characters.damage or why)
        problem = CUT_SHORT if self.in_record else ENDS_EARLY if self.root_open else None
        yield from self._cut(len(self.window), self.characters.damage or problem)

    def _pass_over(self, mark: re.Match[str]) -> None:
        """Go behind a comment, CDATA section or instruction; one never closed is plain damage."""
        end = self._find(CLOSES[mark.group()], mark.end())
        if end is None or end.group() not in ("-->", "]]>", "?>"):
            return
        self.scan = end.end()
        if not self.in_record and mark.group() != "<![CDATA[":
            self._leave_out(mark.start(), end.end())

    def _pass_over_doctype(self, mark: re.Match[str]) -> None:
        if self.in_record:
            return
        while len(self.window) - mark.start() < PROLOGUE_MAX and self._more():
            pass
        inside = False
        for token in DOCTYPE_TOKEN.finditer(self.window, mark.end()):
            if token.group() == "[":
                inside = True
            elif token.group() == "]":
                inside = False
            elif token.group() == ">" and not inside:
                self.scan = token.end()
                self._leave_out(mark.start(), token.end())
                return

    def _leave_out(self, start: int, end: int) -> None:
        self.parts.append(self.window[self.start : start])
        self.parts.append("\n" * self.window.count("\n", start, end))
        self.start = end

    def _tag_end(self) -> bool:
        """Whether the tag just begun is closed; moves behind its end."""
        end = self._find(TAG_END, self.scan)
        if end is None or end.group() == "<":
            return False
        self.scan = end.end()
        return True

    def _next_mark(self) -> re.Match[str] | None:
        while self.root_seen or self.offset + self.scan <= PROLOGUE_MAX:
            mark = MARK.search(self.window, self.scan)
            if mark is not None:
                return mark
            self.scan = max(self.scan, len(self.window) - MARK_LONGEST)
            if len(self.window) - self.start > PIECE_MAX or not self._more():
                return None
        raise self._wrong("no us-patent-assignments element at its beginning")

    def _find(self, pattern: re.Pattern[str], start: int) -> re.Match[str] | None:
        """The first match from `start`, as far as a chunk may reach.

        How far a pattern is known to be absent is remembered: a file of nothing but openings that
        are never closed must not be read once for each of them.
        """
        position = max(start, self.absent.get(pattern, 0) - self.offset)
        while True:
            match = pattern.search(self.window, position)
            if match is not None:
                return match
            position = max(start, len(self.window) - MARK_LONGEST)
            self.absent[pattern] = self.offset + position
            if len(self.window) - start > PIECE_MAX or not self._more():
                return None

    def _more(self) -> bool:
        block = self.characters.read()
        self.window += block
        return bool(block)

    def _forget(self) -> None:
        if self.start > BLOCK:
            self._line_at(self.start)
            self.window = self.window[self.start :]
            self.offset += self.start
            self.scan -= self.start
            self.start = self.counted = 0

    def _line_at(self, position: int) -> int:
        self.line += self.window.count("\n", self.counted, position)
        self.counted = position
        return self.line

    def _wrong(self, why: str) -> WrongFileError:
        return WrongFileError(f"{self.name} is not a file of USPTO patent assignments: {why}")


TOO_LONG = f"longer than {PIECE_MAX >> 20} Mi characters"
NEVER_CLOSED = "the record is never closed"
CUT_SHORT = "the file ends inside this record"
ENDS_EARLY = "the file ends before its closing tag: records may be missing"

MARK = re.compile(
    r"<!--|<!\[CDATA\[|<\?|<!DOCTYPE|</?patent-assignment(?=[\s/>])"
    r"|</?(?:us-)?patent-assignments(?=[\s/>])"
)
MARK_LONGEST = 32
TAG_END = re.compile("[<>]")
CLOSES = {
    # A second opening before the end tells that the first was never closed; in comments `--` does.
    "<!--": re.compile("-->|--"),
    "<![CDATA[": re.compile(r"\]\]>|<!\[CDATA\["),
    "<?": re.compile(r"\?>|<\?"),
}
DOCTYPE_TOKEN = re.compile(
    r"""<!--(?:[^-]|-(?!-))*-->|<\?(?:[^?<]|\?(?!>)|<(?!\?))*\?>|"[^"]*"|'[^']*'|[\[\]>]"""
)
FRAME_TAG = re.compile(r"</?(?:us-)?patent-assignments(?:\s[^<>]*)?/?>")
PARTS_OF_A_RECORD = {
    *("assignment-record", "reel-no", "frame-no", "recorded-date", "purge-indicator"),
    *("last-update-date", "correspondent", "conveyance-text", "patent-assignors"),
    *("patent-assignor", "patent-assignees", "patent-assignee", "patent-properties"),
    *("patent-property", "document-id", "invention-title"),
}


def _stray(text: str) -> str | None:
    """Why the text between records looks like a record lost; None for the header and the like."""
    rest = FRAME_TAG.sub("", text)
    if not rest.strip():
        return None
    try:
        tree = etree.fromstring(f"<x>{rest}</x>".encode("utf-8", "replace"), PARSER)
    except etree.XMLSyntaxError:
        return "damaged markup between records: a record may be lost"
    if any(element.tag in PARTS_OF_A_RECORD for element in tree.iter()):
        return "parts of a record outside any record"
    if any(piece.strip() for piece in (tree.text or "", *(child.tail or "" for child in tree))):
        return "text outside any record"
    return None
