"""A witness (C2SP tlog-witness): it cosigns a log's checkpoints as long as each continues the last.

Two organisations that witness each other's logs cannot be shown two histories. The witness keeps
the newest checkpoint of each log it knows, and writes it down before it answers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock

from psycopg import Connection
from psycopg.rows import DictRow

from ledger.proofs import serving
from ledger.proofs.checkpoints import Checkpoint, number
from ledger.proofs.keys import Keyring
from ledger.proofs.merkle import EMPTY_ROOT, HASH_BYTES, consistency_proof, consistent
from ledger.proofs.notes import COSIGNATURE, BadNote, Note, SignerKey, VerifierKey, b64, unb64
from ledger.proofs.tiles import nodes_of
from ledger.proofs.tree import ADD_KEY, PUT_CHECKPOINT, SELECT_SIGNED, publish_keys, tile_reader
from ledger.settings import BadSetting, Settings, read_or_make, replace_file

PROOF_LINES_MAX = 63
REQUEST_BYTES_MAX = 64 * 1024
ADD_CHECKPOINT = "/add-checkpoint"
SIZE = "text/x.tlog.size"
TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, text and media type of an answer."""

    status: HTTPStatus
    text: str
    media: str = TEXT


def witness_key(settings: Settings, name: str | None = None) -> SignerKey:
    """The witness's key, made on first use under a name."""
    path = settings.witness_key_path
    if name is None and not path.exists():
        raise BadSetting(f"{path} is not there: name the witness to make its key")

    def make() -> bytes:
        return f"{SignerKey.fresh(name or '', COSIGNATURE).text()}\n".encode()

    try:
        key = SignerKey.parse(read_or_make(path, make).decode("ascii"))
    except (BadNote, UnicodeDecodeError) as error:
        raise BadSetting(f"{path}: {error}") from error
    if key.kind != COSIGNATURE or name not in (None, key.name):
        raise BadSetting(f"{path} cosigns as {key.name}")
    return key


class Witness:
    """Cosigns the checkpoints of known logs. Safe to use from many threads."""

    def __init__(
        self,
        key: SignerKey,
        logs: Sequence[VerifierKey],
        folder: Path,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.key = key
        self._logs = list(logs)
        self._folder = folder
        self._clock = clock
        self._one_at_a_time = Lock()

    def add_checkpoint(self, body: bytes) -> Answer:
        """The answer to a log that submits a checkpoint with a proof from the last one."""
        try:
            old, path, note = parse_request(body)
            head = Checkpoint.of(note)
        except BadNote as error:
            return Answer(HTTPStatus.BAD_REQUEST, f"{error}\n")
        known = [key for key in self._logs if key.name == head.origin]
        if not known:
            return Answer(HTTPStatus.NOT_FOUND, f"{head.origin} is not witnessed here\n")
        try:
            signed = bool(note.signers(known))
        except BadNote:
            signed = False
        if not signed:
            return Answer(HTTPStatus.FORBIDDEN, f"no known key of {head.origin} has signed it\n")
        if old > head.size:
            return Answer(HTTPStatus.BAD_REQUEST, "the old size is larger than the new one\n")
        with self._one_at_a_time:
            return self._judged(old, path, note, head)

    def _judged(self, old: int, path: Sequence[bytes], note: Note, head: Checkpoint) -> Answer:
        file = self._folder / sha256(head.origin.encode()).hexdigest()[:32]
        last = Checkpoint(head.origin, 0, EMPTY_ROOT)
        if file.exists():
            last = Checkpoint.of(Note.parse(file.read_bytes()))
        if old != last.size or (old == head.size and head.root != last.root):
            return Answer(HTTPStatus.CONFLICT, f"{last.size}\n", SIZE)
        if not consistent(old, head.size, last.root, head.root, path):
            return Answer(
                HTTPStatus.UNPROCESSABLE_ENTITY, "the proof does not show that it continues\n"
            )
        replace_file(file, str(note).encode())
        return Answer(HTTPStatus.OK, str(self.key.sign(note.text, int(self._clock()))))


def parse_request(body: bytes) -> tuple[int, list[bytes], Note]:
    """Old size, proof and checkpoint of a request."""
    head, blank, note = body.partition(b"\n\n")
    try:
        first, *lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise BadNote("the request is not ASCII") from error
    if not blank or not first.startswith("old ") or len(lines) > PROOF_LINES_MAX:
        raise BadNote("a request is an old size, a proof, a blank line and a checkpoint")
    path = [unb64(line) for line in lines]
    if any(len(step) != HASH_BYTES for step in path):
        raise BadNote("the proof holds what is no hash")
    return number(first.removeprefix("old ")), path, Note.parse(note)


def server(witness: Witness, host: str, port: int) -> ThreadingHTTPServer:
    """The witness over HTTP."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def do_POST(self) -> None:
            length = self.headers.get("content-length", "")
            if self.path != ADD_CHECKPOINT:
                self._answer(Answer(HTTPStatus.NOT_FOUND, "there is nothing here\n"))
            elif not length.isascii() or not length.isdigit() or int(length) > REQUEST_BYTES_MAX:
                self.close_connection = True
                self._answer(Answer(HTTPStatus.BAD_REQUEST, "the request is too large\n"))
            else:
                self._answer(witness.add_checkpoint(self.rfile.read(int(length))))

        def _answer(self, answer: Answer) -> None:
            body = answer.text.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.media)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's
            """Nothing: what it cosigned it has written down."""

    return ThreadingHTTPServer((host, port), Handler)


# --- the log's side ----------------------------------------------------------------------------

Post = Callable[[bytes], tuple[int, str]]
"""Sends a request to a witness; status and text of the answer."""


class NotCosigned(RuntimeError):
    """The witness does not cosign; the message says what it answered."""


def cosign(
    connection: Connection[DictRow], keys: Keyring, witness: VerifierKey, post: Post
) -> Checkpoint:
    """Have the newest checkpoint cosigned, and keep the cosignature with it."""
    note = serving.checkpoint(connection)
    if note is None:
        raise NotCosigned("no checkpoint was signed yet")
    head = Checkpoint.of(note)
    nodes = nodes_of(tile_reader(connection))
    status, said = post(_request(0, [], note))
    if status == HTTPStatus.CONFLICT:
        # It knows an earlier one, and says which.
        old = number(said.strip())
        if not 0 < old <= head.size:
            raise NotCosigned(f"the witness knows a log of {old} entries, this one has {head.size}")
        status, said = post(_request(old, consistency_proof(nodes, old, head.size), note))
    if status != HTTPStatus.OK:
        raise NotCosigned(f"the witness answers {status}: {said.strip()[:200]}")
    lines = Note.parse(f"{note.text}\n{said}".encode())
    if not lines.signers([witness]):
        raise NotCosigned("the witness's answer is not signed by its key")
    made = [line for line in lines.signatures if line.by(witness)]
    with connection.transaction():
        at = (head.size, head.origin)
        row = connection.execute(f"{SELECT_SIGNED} FOR UPDATE", at).fetchone()
        assert row is not None, "a checkpoint is never deleted"
        signed = Note.parse(row["note"].encode())
        if signed.text != note.text:
            raise NotCosigned("the checkpoint was signed anew meanwhile: ask again")
        cosigned = signed.and_signed(made)
        connection.execute(PUT_CHECKPOINT, (*at, str(cosigned)))
        connection.execute(ADD_KEY, (str(witness), head.size))
        publish_keys(connection, keys)
    return head


def _request(old: int, path: Sequence[bytes], note: Note) -> bytes:
    lines = [f"old {old}", *map(b64, path)]
    return ("\n".join(lines) + f"\n\n{note}").encode()
