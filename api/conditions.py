"""Conditional requests (RFC 9110, section 13) at addresses of one patent.

The entity tag is the version of the patent's stream, and `If-Match` says the same as
`expected_versions`. A gap in versions would tell of entries that are hidden: those who see all
entries are told them.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from fastapi import Header

from api.house import House
from api.problems import Fault, Problem, invalid
from ledger.domain.filing import Caller, Command, patent_no
from ledger.projections import entries

IF_MATCH: Final = "If-Match"
ETAG: Final = "ETag"

OF_ONE_PATENT: Final = frozenset({"enter_fact"})
"""Operations that file at the address of one patent."""

SEE_VERSIONS: Final = frozenset({"registrar", "auditor"})

IfMatch = Annotated[
    str | None,
    Header(
        alias=IF_MATCH,
        max_length=1_000,
        description="The entity tag of the patent, which is its version, or several of which it "
        "has one: the filing is entered only if it is still that.",
    ),
]

_TAG: Final = re.compile(r'(W/)?"([\x21\x23-\x7e]*)"')
_LIST: Final = re.compile(r'[ \t,]*(?:(?:W/)?"[\x21\x23-\x7e]*"[ \t]*(?:,[ \t,]*|$))+')
_VERSION: Final = re.compile(r"0|[1-9][0-9]{0,17}")


def tag(version: int) -> str:
    """The entity tag of a patent at a version."""
    return f'"{version}"'


def sees_versions(caller: Caller) -> bool:
    """Whether a caller is told versions."""
    return caller.role in SEE_VERSIONS


def expecting(command: Command, patent: str, if_match: str | None) -> Command:
    """The filing, which expects a version that the header names of the patent of the path."""
    if if_match is None or asks_any(if_match):
        return command
    number = patent_no(patent)
    if not _LIST.fullmatch(if_match):
        raise invalid(
            Fault('entity tags, such as "5", with commas between, or *', parameter=IF_MATCH)
        )
    # A weak tag equals none here, and what is no version is the tag of no version.
    named = {
        int(tag) for weak, tag in _TAG.findall(if_match) if not weak and _VERSION.fullmatch(tag)
    }
    if not named:
        raise Problem("precondition-failed", f"{if_match} is the tag of no version of {number}.")
    versions = next(iter(named)) if len(named) == 1 else tuple(sorted(named))
    if command.expected_versions.get(number, versions) != versions:
        raise invalid(Fault("says something else than expected_versions", parameter=IF_MATCH))
    expected = {**command.expected_versions, number: versions}
    return command.model_copy(update={"expected_versions": expected})


def asks_any(if_match: str | None) -> bool:
    """Whether any version will do, so that the patent is there at all."""
    return if_match is not None and if_match.strip() == "*"


def check_there(house: House, patent: str) -> None:
    """The problem that there is nothing on a patent. It stays, so there is no need of the lock."""
    number = patent_no(patent)
    # Of the database itself: a replica may not have it yet.
    if not house.reader.noting(lambda c: entries.anything_on(c, number)):
        raise Problem("precondition-failed", f"There is nothing on {number} yet.")


def tagged(declared: dict[str, Any]) -> dict[str, Any]:
    """What a route declares whose answer has an entity tag for those who see versions."""
    declared["responses"][200]["headers"][ETAG] = {
        "description": "The version of the patent; for the registrar and auditors.",
        "schema": {"type": "string"},
    }
    return declared
