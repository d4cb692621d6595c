"""Who may see what is not public: auditors everything, a party what it is a party to.

The one place that decides it. What is confidential is read under the auditor's role and passes
here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ledger.projections.looking import noticed

THINGS = ("registration_no", "licence_id", "declaration_no")
"""Members that name what an entry is about, so that its parties are those of earlier entries too.
"""

OF_THE_RIGHT = frozenset({"fee", "lapse", "right", "patent", "term", "invalidation"})
"""First words of the topics of entries about the right itself, to which the patentees are parties.
"""

NOT_FOR_PARTIES = frozenset({"version", "entry_version"})
"""A gap in versions would tell a party of entries that are hidden from it."""


PLEDGED = "pledge.registered"
PLEDGOR_SIGNED = frozenset(
    {
        "application-form",
        "pledge-contract",
        "power-of-attorney",
        "identity-commitment",
        "commitment",
        "co-owner-agreement",
    }
)
"""Papers with a pledgor's signature or seal: a patentee who is not a party to a pledge of its
patent, and says it never agreed, may inspect these alone (Pledge Measures art. 16)."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who reads: nobody known, a party, or an auditor."""

    party: str | None = None
    auditor: bool = False

    @property
    def public(self) -> bool:
        """Whether the reader is entitled to nothing but what is public."""
        return self.party is None and not self.auditor

    def sees(self, *values: Any) -> bool:
        """Whether the reader is an auditor, or one of the parties that the values name."""
        seen = self.auditor or (self.party is not None and self.party in parties_in(values))
        if seen:
            noticed()
        return seen


PUBLIC = Viewer()

Thing = tuple[str, Any]
"""What entries are about: a member and its value; or one entry, by stream and version."""


def parties_in(value: Any) -> Iterator[str]:
    """The ids of all parties that a JSON value names, however deep."""
    if isinstance(value, Mapping):
        if "residence" in value and "id" in value:
            yield value["id"]
        for member in value.values():
            yield from parties_in(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from parties_in(member)


# --- entries of the log ---------------------------------------------------------------------------


def shown_entries(
    rows: Iterable[Mapping[str, Any]], viewer: Viewer, *, filer: bool = False
) -> list[dict[str, Any]]:
    """The entries of whole streams that a reader may see, in order, each with what it may see of
    them.

    An entry that is not public is shown to its parties and auditors alone. `filer` says that the
    reader
    filed them all.
    """
    known: dict[Thing, set[str]] = {}
    patentees: dict[str, set[str]] = {}
    shown = []
    for row in rows:
        values = opened(row)
        parties = _parties(row, values, known, patentees)
        entitled = filer or viewer.auditor or (viewer.party is not None and viewer.party in parties)
        public = "stream" in row["entry"]
        if not (public or entitled):
            continue
        if entitled:
            noticed()
        entry = {
            "position": row["position"],
            "recorded_at": row["recorded_at"],
            "stream": row["stream"],
            "topic": row["topic"],
            "entry": row["entry"],
        }
        if viewer.auditor:
            entry |= {"version": row["version"], "open": row["open"]}
        elif entitled:
            concealed = row["open"] or {}
            shown_of = {n: v for n, (_, v) in concealed.items() if n not in NOT_FOR_PARTIES}
            if shown_of.get("obligations"):
                shown_of["obligations"] = owed_by_or_to(viewer.party, shown_of["obligations"])
            entry["confidential"] = shown_of
        elif row["topic"] == PLEDGED and viewer.party in patentees.get(row["stream"], ()):
            noticed()
            signed = [d for d in values.get("documents", ()) if d["kind"] in PLEDGOR_SIGNED]
            entry["confidential"] = {"documents": signed}
        shown.append(entry)
    return shown


def owed_by_or_to(party: str | None, obligations: Iterable[Mapping[str, Any]]) -> list[Any]:
    """The obligations that concern a party: whole where it owes them, of those owed to it and
    others only that. Who is no party sees what the office owes."""
    shown = []
    for owed in obligations:
        if party in owed["by"] or (party is None and not owed["by"]):
            shown.append(dict(owed))
        elif party in owed["to"]:
            shown.append({**owed, "to": [party]})
    return shown


def opened(row: Mapping[str, Any]) -> dict[str, Any]:
    """The members of an entry, public and other, without salts."""
    concealed = {name: value for name, (_, value) in (row["open"] or {}).items()}
    return {**row["entry"], **row["entry"].get("fields", {}), **concealed}


def _parties(
    row: Mapping[str, Any],
    values: Mapping[str, Any],
    known: dict[Thing, set[str]],
    patentees: dict[str, set[str]],
) -> set[str]:
    """The parties to an entry: those it names, and those of the thing it is about."""
    stream, topic = row["stream"], row["topic"]
    named = set(parties_in([value for name, value in values.items() if name != "fields"]))
    named.update(values.get("on_behalf_of") or ())
    things: list[Thing] = [(name, values[name]) for name in THINGS if values.get(name)]
    if stream.startswith("filing:"):
        things.append(("stream", stream))
    found = named.union(*(known.get(thing, ()) for thing in things))
    for thing in things:
        known.setdefault(thing, set()).update(named)
    if "entry_version" in values:
        found |= known.get((stream, values["entry_version"]), set())
        gone = _amend(values, patentees.setdefault(stream, set()))
        found -= gone
        for thing in things:
            known[thing] -= gone
    elif topic.partition(".")[0] in OF_THE_RIGHT:
        if topic == "patent.entered":
            patentees[stream] = set(named)
        found |= patentees.get(stream, set())
    elif topic == "transfer.registered":
        after = values.get("patentees_after")
        held = patentees.get(stream, set()) - set(parties_in(values["transferors"]))
        patentees[stream] = (
            set(parties_in(after)) if after else held | set(parties_in(values["transferees"]))
        )
    elif topic.startswith("party."):
        found.add(stream.removeprefix("party:"))
    known[(stream, row.get("version"))] = found
    return found


def _amend(values: Mapping[str, Any], patentees: set[str]) -> set[str]:
    """Take in a correction of who the parties are; those who were named by mistake."""
    before, after = set(), set()
    for change in values.get("changes", ()):
        gone, come = set(parties_in(change["before"])), set(parties_in(change["after"]))
        before |= gone
        after |= come
        if change["member"] in ("patentees", "patentees_after"):
            patentees -= gone - come
            patentees |= come
    return before - after
