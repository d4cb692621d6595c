"""What the ledger answers when it does not do what was asked (RFC 9457)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from patent_ledger_client.answers import Finding


class Problem(Exception):
    """A problem, by the slug of its type: `overtaken`, `invalid`, `forbidden` …"""

    def __init__(self, members: Mapping[str, Any], request_id: str | None = None) -> None:
        self.slug = str(members.get("type", "about:blank")).rpartition("/")[2]
        self.status = int(members.get("status", 0))
        self.detail: str | None = members.get("detail")
        self.members = dict(members)
        self.request_id = request_id
        """To be named when the operator is asked about it."""
        said = [str(members.get("title", self.slug)), self.detail, *_parts(members)]
        super().__init__(" · ".join(part for part in said if part))


class Refused(Problem):
    """The rules refuse the filing; each finding says why and what cures it."""

    @property
    def findings(self) -> list[Finding]:
        """All that stands in the way, not the first alone."""
        return list(self.members.get("findings", []))


def problem(members: Mapping[str, Any], request_id: str | None) -> Problem:
    """The exception of an answer's members."""
    found = Problem(members, request_id)
    return Refused(members, request_id) if found.slug == "refused" else found


def _parts(members: Mapping[str, Any]) -> list[str]:
    """What is wrong with parts of the request, or which rules refuse it."""
    faults = [
        f"{fault.get('pointer') or fault.get('parameter') or ''}: {fault.get('message')}"
        for fault in members.get("errors", [])
    ]
    reasons = [f"{found['rule']}: {found['message']}" for found in members.get("findings", [])]
    return faults + reasons
