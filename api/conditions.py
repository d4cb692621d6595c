"""Conditional requests (RFC 9110, section 13) at addresses of one patent.

The entity tag is the version of the patent's stream, and `If-Match` says the same as
`expected_versions`. A gap in versions would tell of entries that are hidden: those who see all
entries are told them.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from fastapi import Header

from api.problems import Fault, Problem, invalid
from ledger.domain.filing import Caller, Command, patent_no

IF_MATCH: Final = "If-Match"
ETAG: Final = "ETag"

OF_ONE_PATENT: Final = frozenset({"enter_fact"})
"""Operations that file at the address of one patent."""

SEE_VERSIONS: Final = frozenset({"registrar", "auditor"})

IfMatch = Annotated[
    str | None,
    Header(
        alias=IF_MATCH,
        max_length=40,
        description="The entity tag of the patent, which is its version: "
        "the filing is entered only if it is still that.",
    ),
]

_TAG: Final = re.compile(r'"([0-9]{1,18})"')
_ANY_TAG: Final = re.compile(r'(?:W/)?"[\x21\x23-\x7e]*"')


def tag(version: int) -> str:
    """The entity tag of a patent at a version."""
    return f'"{version}"'


def sees_versions(caller: Caller) -> bool:
    """Whether a caller is told versions."""
    return caller.role in SEE_VERSIONS


def expecting(command: Command, patent: str, if_match: str | None) -> Command:
    """The filing, which expects the version that the header names of the patent of the path."""
    stated = "*" if if_match is None else if_match.strip()
    if stated == "*":
        # Any version: that the patent is there at all, the rules ask by themselves.
        return command
    number = patent_no(patent)
    match = _TAG.fullmatch(stated)
    if match is None:
        if not _ANY_TAG.fullmatch(stated):
            raise invalid(Fault('one entity tag, such as "5", or *', parameter=IF_MATCH))
        raise Problem("precondition-failed", f"{stated} is the tag of no version of {number}.")
    version = int(match[1])
    if command.expected_versions.get(number, version) != version:
        raise invalid(Fault("says something else than expected_versions", parameter=IF_MATCH))
    expected = {**command.expected_versions, number: version}
    return command.model_copy(update={"expected_versions": expected})


def tagged(declared: dict[str, Any]) -> dict[str, Any]:
    """What a route declares whose answer has an entity tag for those who see versions."""
    declared["responses"][200]["headers"][ETAG] = {
        "description": "The version of the patent; for the registrar and auditors.",
        "schema": {"type": "string"},
    }
    return declared
