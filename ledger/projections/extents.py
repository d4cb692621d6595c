"""What a replay makes anew: every view, or the statistics alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from ledger.domain.patent import Patent
from ledger.eventstore.world import is_patent
from ledger.projections import followed
from ledger.projections.followed import FOLLOWED
from ledger.projections.history import View
from ledger.projections.register import VIEWS
from ledger.projections.statistics import families
from ledger.projections.statistics.families import STATISTICS
from ledger.projections.statistics.grouping import is_trademark
from ledger.projections.statistics.unaltered import Logged, Told, rows_of

ALIASES: Final = "patent_alias"
PLEDGES: Final = "standing_pledge"
DECLARATIONS: Final = "standing_declaration"
STANDING: Final = {
    PLEDGES: "patent_id, registration_no",
    DECLARATIONS: "patent_id, declaration_no",
}
WithoutFold = Callable[[str, Sequence[Logged]], Told | None]


@dataclass(frozen=True, eq=False)
class Looking:
    """Views, and which of them look at which members of a state."""

    views: tuple[View, ...]
    _known: dict[tuple[str, ...], tuple[View, ...]] = field(default_factory=dict)

    def touched(self, before: Patent, after: Patent) -> tuple[View, ...]:
        """The views that look at a member which a filing has changed."""
        old = before.__dict__
        changed = tuple([name for name, value in after.__dict__.items() if old[name] is not value])
        found = self._known.get(changed)
        if found is None:
            found = tuple(v for v in self.views if not set(v.members).isdisjoint(changed))
            self._known[changed] = found
        return found


@dataclass(frozen=True, eq=False)
class Extent:
    """What a replay makes anew, and what belongs to it."""

    views: tuple[View, ...]
    followers: tuple[str, ...]
    """Followers whose tables they are."""
    secured_by: tuple[str, ...]
    """Procedures that give the tables their rights."""
    aliases: bool = False
    """Whether the numbers under which patents are known are among it."""
    standing: bool = False
    """Whether what stands now is among it, which filings rest on and no rebuild replaces."""
    without_fold: WithoutFold | None = None
    """Tells the rows of a stream that need not be folded."""
    of_patents: Looking = field(init=False)
    of_trademarks: Looking = field(init=False)

    def __post_init__(self) -> None:
        counted = tuple(view for view in self.views if view in STATISTICS)
        object.__setattr__(self, "of_patents", Looking(self.views))
        object.__setattr__(self, "of_trademarks", Looking(counted))

    def looking(self, stream: str) -> Looking | None:
        """The views that show what is on a stream; None where none does."""
        if is_patent(stream):
            return self.of_patents
        return self.of_trademarks if is_trademark(stream) else None

    @property
    def columns(self) -> dict[str, str]:
        """The tables, each with its columns in the order in which a replay copies them."""
        aliases = {ALIASES: "alias, patent_id"} if self.aliases else {}
        standing = STANDING if self.standing else {}
        return {view.table: view.copy_columns for view in self.views} | aliases | standing

    @property
    def compared(self) -> dict[str, str]:
        """The same, with the columns that the database makes of the others."""
        generated = {view.table: view.generated for view in self.views}
        return {
            table: ", ".join((*generated.get(table, ()), written))
            for table, written in self.columns.items()
        }


EVERY_VIEW: Final = (*VIEWS, *FOLLOWED, *STATISTICS)
"""Views whose rows follow from streams, each from its own."""

EXTENTS: Final = {
    "everything": Extent(
        EVERY_VIEW,
        (followed.NAME, families.NAME),
        (
            "secure_register_views",
            "secure_due_and_notices",
            "secure_search",
            "secure_statistics",
        ),
        aliases=True,
    ),
    "compared": Extent(EVERY_VIEW, (followed.NAME, families.NAME), (), aliases=True, standing=True),
    "statistics": Extent(
        STATISTICS, (families.NAME,), ("secure_statistics",), without_fold=rows_of
    ),
}
"""By name, for the processes that fold are told it."""
EVERYTHING: Final = "everything"
COMPARED: Final = "compared"
"""Everything, and what a comparison looks at besides."""
STATISTICS_ALONE: Final = "statistics"
