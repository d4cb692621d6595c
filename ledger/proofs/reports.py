"""Reports with a digest, from a position of the log: statistics, audits. An audit is signed.

The digest is SHA-256 of the canonical JSON (RFC 8785) of all the rest. What is signed is a note:
the log's name, the line `report`, the digest. The digest of a report that nobody signed shows that
it is as it was written, not by whom.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

import orjson

from ledger.eventstore.stored_form import canonical
from ledger.proofs.checkpoints import Checkpoint
from ledger.proofs.notes import BadNote, Note, SignerKey, VerifierKey
from ledger.proofs.trust import Report, Trust

OUTSIDE = frozenset({"digest", "note"})
"""Members that the digest is not of."""
REPORT = "report"
"""The second line of the note that signs a report, where a checkpoint has a number."""


def form_of(data: bytes) -> str:
    """What a JSON file is by its members: a report, a disclosure, else a certificate."""
    try:
        said = orjson.loads(data)
    except orjson.JSONDecodeError:
        return "certificate"
    names = said if isinstance(said, dict) else {}
    return next((form for form in ("report", "disclosure") if form in names), "certificate")


def digest_of(report: Mapping[str, Any]) -> str:
    """The digest of a report, in hexadecimal."""
    rest = {name: value for name, value in report.items() if name not in OUTSIDE}
    return sha256(canonical(rest)).hexdigest()


def signed_report(
    stated: Mapping[str, Any], head: Note | None, keys: str, signers: Iterable[SignerKey]
) -> dict[str, Any]:
    """A report with the checkpoint that heads what it is from, its digest, and the note that signs
    it."""
    assert head is not None, "something was signed"
    said = Checkpoint.of(head)
    report = {**stated, "position": said.size, "checkpoint": str(head), "keys": keys}
    digest = digest_of(report)
    note = Note.signed(f"{said.origin}\n{REPORT}\n{digest}\n", signers)
    return report | {"digest": digest, "note": str(note)}


def verify_report(where: str, data: bytes, given: Iterable[VerifierKey]) -> Report:
    """What holds of a report: its digest, its checkpoint, and who signed it."""
    trust = Trust(Report("report", files=1), list(given))
    try:
        said = orjson.loads(data)
        digest = digest_of(said)
        if said["digest"] != digest:
            trust.report.find(where, "its digest is not that of the rest")
        if said.get("keys") is not None:
            trust.read_list(f"{where}, keys", said["keys"].encode())
        _head(trust, where, said)
        if "note" in said:
            _signature(trust, where, said["note"], digest)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        trust.report.find(where, f"not a report: {error}")
    if trust.report.holds:
        trust.report.said = {"report": said["report"], "position": said["position"]}
        trust.report.said |= {"digest": digest, "signed": "note" in said}
    return trust.report


def _head(trust: Trust, where: str, said: Mapping[str, Any]) -> None:
    """The checkpoint that heads the entries that the report is from."""
    if said["checkpoint"] is None:
        trust.report.find(where, "it names no checkpoint: nothing was signed when it was made")
        return
    head = trust.checkpoint(where, said["checkpoint"].encode(), newest=True)
    if head is not None and said["position"] > head.size:
        trust.report.find(where, f"it is from position {said['position']}, beyond its checkpoint")


def _signature(trust: Trust, where: str, text: str, digest: str) -> None:
    note = Note.parse(text.encode())
    lines = note.text.split("\n")
    if lines[1:] != [REPORT, digest, ""]:
        trust.report.find(where, "the note that signs it is of another report")
    try:
        signed = note.signers(trust.known)
    except BadNote as error:
        trust.report.find(where, str(error))
        return
    if not any(key in trust.trusted for key in signed):
        trust.report.find(where, "no trusted key has signed it")
