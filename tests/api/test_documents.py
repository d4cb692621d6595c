"""Supporting documents: deposited, handed out to those concerned, whole or not at all."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from ledger.audit import audit
from ledger.commands.check import documents
from ledger.depository import Depository
from ledger.domain.events import Document
from ledger.media import SUFFIXES
from ledger.settings import Settings
from tests.api.desk import Desk
from tests.api.test_problems import is_problem
from tests.builders import BANK, LAMPWORKS, MILLS, OTHER_BANK, refs, register_pledge

BYTES_MAX = 20 * 1024 * 1024


def archive(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return made.getvalue()


TAKEN = {
    "application/pdf": b"%PDF-1.7\n...",
    "image/png": b"\x89PNG\r\n\x1a\n...",
    "image/jpeg": b"\xff\xd8\xff\xe0...",
    "image/tiff": b"II*\x00...",
    "application/ofd": archive("OFD.xml", "Doc_0/Document.xml"),
    "application/zip": archive("word/document.xml"),
    "application/xml": "\ufeff<?xml version='1.0'?><合同/>".encode(),
    "text/plain": "质押合同\n".encode(),
}
NOT_TAKEN = {
    "nothing": b"",
    "a program": b"\x7fELF\x02\x01",
    "a Windows program": b"MZ\x90\x00\x03",
    "an archive cut off": archive("OFD.xml")[:-30],
    "a text in another code": "合同".encode("gb18030"),
    "a text with a NUL": b"contract\x00",
    "half a character": b"contract \xe5\x90",
    "a spoiled end": b"x" * 3_000_000 + b"\xff",
}


def deposit(
    served: Desk, content: bytes | Iterator[bytes], role: str | None = "bank", party: Any = BANK
) -> httpx2.Response:
    headers = {**served.headers(role, party), "Content-Type": "text/html"}
    return served.client.post("/v1/documents", content=content, headers=headers)


def named_in_a_pledge(served: Desk, content: bytes, **fields: Any) -> str:
    """The address of the document, under a pledge that names it."""
    digest = hashlib.sha256(content).hexdigest()
    patent = served.patent()
    pledge = register_pledge(patents=(patent,), **fields)
    documents = (*pledge.documents, Document(kind="debt-proof", digest=digest))
    pledge = pledge.model_copy(update={"documents": documents})
    filing = served.registered("/v1/pledges", pledge, "bank", BANK)["filing_id"]
    return f"/v1/filings/{filing}/documents/{digest}"


class TestDepositing:
    @pytest.mark.parametrize("kind", TAKEN)
    def test_its_type_is_told_by_its_content(self, served: Desk, kind: str) -> None:
        content = TAKEN[kind]
        answer = deposit(served, content)
        assert answer.status_code == 201, answer.text
        digest = hashlib.sha256(content).hexdigest()
        assert answer.json() == {"digest": digest, "media_type": kind, "size": len(content)}
        assert set(TAKEN) == set(SUFFIXES)
        assert served.house.depository.place(digest).read_bytes() == content

    @pytest.mark.parametrize("what", NOT_TAKEN)
    def test_what_is_of_no_type_is_not_kept(self, served: Desk, what: str) -> None:
        answer = deposit(served, NOT_TAKEN[what])
        assert (answer.status_code, is_problem(answer)) == (415, True), answer.text
        assert answer.json()["type"] == "/problems/document-not-taken"
        digest = hashlib.sha256(NOT_TAKEN[what]).hexdigest()
        assert not served.house.depository.holds(digest)
        self.nothing_is_left(served)

    def test_a_form_or_a_coding_around_it_is_not_kept_in_its_place(self, served: Desk) -> None:
        form = {"file": ("contract.txt", b"The pledge contract")}
        bank = served.headers("bank", BANK)
        zipped = {**bank, "Content-Encoding": "gzip"}
        for answer in (
            served.client.post("/v1/documents", files=form, headers=bank),
            served.client.post("/v1/documents", content=b"%PDF-1.7", headers=zipped),
        ):
            assert (answer.status_code, is_problem(answer)) == (415, True)
            assert answer.json()["type"] == "/problems/unsupported-media-type"
        self.nothing_is_left(served)

    def test_its_size_is_limited_whether_stated_or_not(self, served: Desk) -> None:
        def endless() -> Iterator[bytes]:
            for _ in range(BYTES_MAX // 2**20 + 2):
                yield b"x" * 2**20

        for content in (b"x" * (BYTES_MAX + 1), endless()):
            answer = deposit(served, content)
            assert (answer.status_code, is_problem(answer)) == (413, True)
        self.nothing_is_left(served)
        assert deposit(served, b"x" * BYTES_MAX).status_code == 201

    def test_who_has_no_part_in_filing_deposits_nothing(self, served: Desk) -> None:
        assert deposit(served, b"x", None).status_code == 401
        for role in ("auditor", "statistician", "public"):
            assert deposit(served, b"x", role, None).status_code == 403

    def test_nothing_is_taken_where_the_ledger_needs_the_room(
        self, served: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("ledger.depository.DISK_FREE_MIN", 2**62)
        answer = deposit(served, b"x")
        assert (answer.status_code, is_problem(answer)) == (503, True)

    def nothing_is_left(self, served: Desk) -> None:
        assert list((served.house.depository.folder / "drafts").iterdir()) == []


class TestHandingOut:
    CONTENT = b"%PDF-1.7 the terms of the loan"

    def test_the_parties_of_the_filing_the_registrar_and_auditors_have_it(
        self, served: Desk
    ) -> None:
        deposit(served, self.CONTENT)
        path = named_in_a_pledge(served, self.CONTENT)
        for role, party in (
            ("bank", BANK),
            ("patentee", LAMPWORKS),
            ("registrar", None),
            ("auditor", None),
        ):
            answer = served.get(path, role, party)
            assert answer.status_code == 200, (role, answer.text)
            assert answer.content == self.CONTENT
            assert answer.headers["Content-Type"] == "application/pdf"
            assert answer.headers["Content-Disposition"].startswith('attachment; filename="')
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in answer.headers["Content-Security-Policy"]
            assert "Ledger-Position" in answer.headers

    def test_that_it_was_handed_out_is_noted(self, served: Desk) -> None:
        deposit(served, self.CONTENT)
        path = named_in_a_pledge(served, self.CONTENT)
        served.get(path, "registrar")
        (read,) = served.owner.execute(
            "SELECT caller, operation, about FROM confidential_read WHERE path = %s", [path]
        ).fetchall()
        assert read == ("registrar:registrar", "get_document", path.split("/")[3])

    def test_nobody_else_has_it(self, served: Desk) -> None:
        deposit(served, self.CONTENT)
        path = named_in_a_pledge(served, self.CONTENT)
        assert served.get(path).status_code == 401
        for role, party in (("bank", OTHER_BANK), ("patentee", MILLS), ("licensee", MILLS)):
            assert served.get(path, role, party).status_code == 404
            listed = path.rpartition("/")[0]
            assert served.get(listed, role, party).status_code == 404
        # Nor has a party it by a filing of its own that does not name it.
        other = named_in_a_pledge(served, b"another").rpartition("/")[0]
        assert served.get(f"{other}/{path.rpartition('/')[2]}", "bank", BANK).status_code == 404
        for odd in ("..%2F..%2Fsecret", "0" * 64, "%00"):
            assert served.get(f"{other}/{odd}", "auditor").status_code == 404

    def test_a_text_is_stored_and_not_shown(self, served: Desk) -> None:
        page = b"<html><script>alert(1)</script>"
        deposit(served, page)
        answer = served.get(named_in_a_pledge(served, page), "auditor")
        assert answer.headers["Content-Type"].startswith("text/plain")
        assert answer.headers["Content-Disposition"].startswith("attachment")

    def test_a_paper_may_follow_the_filing_that_names_it(self, served: Desk) -> None:
        path = named_in_a_pledge(served, b"later")
        listed = served.get(path.rpartition("/")[0], "bank", BANK).json()["documents"]
        (named,) = (d for d in listed if d["kind"] == "debt-proof")
        assert named["deposited"] is False
        assert served.get(path, "bank", BANK).status_code == 404
        deposit(served, b"later")
        assert served.get(path, "bank", BANK).content == b"later"
        listed = served.get(path.rpartition("/")[0], "bank", BANK).json()["documents"]
        assert named | {"deposited": True} in listed

    def test_one_of_a_prepared_filing_is_handed_out_to_those_asked(self, served: Desk) -> None:
        content = b"for those asked"
        deposit(served, content)
        digest = hashlib.sha256(content).hexdigest()
        pledge = register_pledge(patents=(served.patent(),), signed_by=refs(BANK))
        stated = pledge.model_copy(
            update={"documents": (*pledge.documents, Document(kind="debt-proof", digest=digest))}
        )
        filing = served.registered("/v1/pledges", stated, "bank", BANK, prepare=True)["filing_id"]
        path = f"/v1/filings/{filing}/documents/{digest}"
        assert served.get(path, "patentee", LAMPWORKS).content == content
        assert served.get(path, "patentee", MILLS).status_code == 404


class TestIntegrity:
    def test_a_changed_byte_is_not_handed_out(self, served: Desk) -> None:
        content = b"%PDF-1.7 " + b"x" * 2_000_000
        digest = deposit(served, content).json()["digest"]
        path = named_in_a_pledge(served, content)
        place = served.house.depository.place(digest)
        with place.open("r+b") as file:
            file.seek(1_500_000)
            file.write(b"y")
        answer = served.get(path, "bank", BANK)
        assert (answer.status_code, is_problem(answer)) == (500, True)
        assert answer.json()["type"] == "/problems/document-damaged"
        assert list(served.house.depository.damaged()) == [digest]
        # The same bytes make it whole.
        deposit(served, content)
        assert served.get(path, "bank", BANK).content == content
        assert list(served.house.depository.damaged()) == []

    def test_who_is_cut_off_leaves_nothing(self, served: Desk) -> None:
        def broken() -> Iterator[bytes]:
            yield b"%PDF-" + b"x" * 2_000_000
            raise ConnectionError

        with pytest.raises((ConnectionError, httpx2.HTTPError)):
            deposit(served, broken())
        drafts = served.house.depository.folder / "drafts"
        deadline = time.monotonic() + 30
        while list(drafts.iterdir()):
            assert time.monotonic() < deadline
            time.sleep(0.01)

    def test_check_and_audit_name_it(self, served: Desk, database_url: str) -> None:
        digest = deposit(served, b"as it was").json()["digest"]
        path = named_in_a_pledge(served, b"as it was")
        kept = served.house.depository
        settings = Settings(data_dir=kept.folder.parent)
        assert documents(settings).status == "ok"
        assert [f for f in audit(database_url) if f.kind == "document-damaged"] == []
        kept.place(digest).write_bytes(b"as it is!")
        found = documents(settings)
        assert (found.status, digest in found.detail) == ("fail", True)
        damaged = frozenset(kept.damaged())
        (entry,) = (f for f in audit(database_url, damaged=damaged) if f.kind == "document-damaged")
        assert (entry.filing_id, entry.topic) == (path.split("/")[3], "pledge.registered")
        assert digest in entry.detail
        deposit(served, b"as it was")


class TestTheFolder:
    """Several processes share it."""

    DEPOSITING = """
import sys
from pathlib import Path
from ledger.depository import Depository
depository = Depository(Path(sys.argv[1]), 10_000_000)
for number in range(100_000):
    draft = depository.receive()
    draft.write(b"%d " % (number % 50) * 200_000)
    draft.keep()
    draft.drop()
    print(number, flush=True)
"""

    def test_killed_processes_leave_whole_documents(self, tmp_path: Path) -> None:
        depositing = [
            subprocess.Popen(
                [sys.executable, "-c", self.DEPOSITING, tmp_path / "documents"],
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        for process in depositing:
            assert process.stdout is not None
            for _ in range(5):
                process.stdout.readline()
            process.kill()
            process.wait()
            process.stdout.close()
        kept = Depository(tmp_path / "documents", 10_000_000)
        assert len(list(kept.digests())) >= 5
        assert list(kept.damaged()) == []
        drafts = list((tmp_path / "documents/drafts").iterdir())
        kept.tidy()
        assert list((tmp_path / "documents/drafts").iterdir()) == drafts
        for draft in drafts:
            os.utime(draft, (0, 0))
        kept.tidy()
        assert list((tmp_path / "documents/drafts").iterdir()) == []
        modes = {p.stat().st_mode & 0o077 for p in (tmp_path / "documents").rglob("*")}
        assert modes <= {0}
