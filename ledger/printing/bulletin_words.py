"""The words of the bulletin, in English; other languages come from the catalogues."""

from __future__ import annotations

from typing import Final

TITLE: Final = "Bulletin of dealings in patents"
SUBTITLE: Final = "Operations, licence rates and pledge financing"

# --- figures ------------------------------------------------------------------------------------

SUPPRESSED: Final = "not published"
NOTHING: Final = "none"
LARGE_YUAN: Final = "{number} billion yuan"
SMALL_YUAN: Final = "{number} million yuan"
YUAN: Final = "{number} yuan"
MORE: Final = ", {percent} % more than a year before"
LESS: Final = ", {percent} % less than a year before"
SAME: Final = ", as much as a year before"

SPANS: Final[dict[int, tuple[str, ...]]] = {
    12: ("the year {year}",),
    6: ("the first half of {year}", "the second half of {year}"),
    3: (
        "the first quarter of {year}",
        "the second quarter of {year}",
        "the third quarter of {year}",
        "the fourth quarter of {year}",
    ),
}
"""Months of a period → what its parts of a year are called."""
FROM_TO: Final = "{first} to {last}"

# --- pledges ------------------------------------------------------------------------------------

PLEDGES: Final = "Pledge financing"
PLEDGED: Final = (
    "In {period} pledges of patents and trademarks were registered for {amount}{change}."
)
PATENTS_ALONE: Final = (
    "Pledges of patents alone came to {amount}{change}, in {projects} projects over {patents} "
    "patents."
)
PROJECTS: Final = (
    "There were {projects} projects{change}, which benefited {enterprises} enterprises"
    "{change_of_enterprises}."
)
INCLUSIVE_ENTERPRISES: Final = (
    "Of these enterprises {enterprises}, or {share}, had inclusive loans of at most 10 million "
    "yuan{change}."
)
INCLUSIVE_PROJECTS: Final = (
    "Inclusive projects of at most 10 million yuan numbered {projects}, or {share}{change}."
)
STANDING: Final = (
    "On the last day {live} pledges stood, for {balance}; {deregistered} were deregistered in the "
    "period."
)
NO_PLEDGES: Final = "In {period} no pledge was registered."

NOT_YET: Final = "No figures of {period} are released."

# --- licences -----------------------------------------------------------------------------------

LICENCES: Final = "Licences and what they cost"
RECORDED: Final = (
    "In {period} {contracts} licence contracts were recorded{change}, over {patents} patents: "
    "{per} patents a contract."
)
KINDS: Final = (
    "Inventions made up {inventions} of the patents, utility models {models} and designs {designs}."
)
FIXED: Final = (
    "A fixed or convertible amount was agreed in {contracts} contracts ({share}): {amount} in all, "
    "{average} on average, for {years} years on average."
)
RUNNING: Final = (
    "A running royalty was agreed in {contracts} contracts ({share}), for {years} years on average."
)
FREE: Final = "Free of charge were {contracts} contracts ({share})."
NO_LICENCES: Final = "In {period} no licence contract was recorded."

# --- operations ---------------------------------------------------------------------------------

OPERATIONS: Final = "Transfers, licences and pledges"
OPERATED: Final = (
    "In {period} patents were transferred, licensed or pledged {times} times{change}; {patents} "
    "patents were concerned."
)
DEALT: Final = "Transfers and licences made up {times} of these times{change}."
BY_PUBLIC: Final = (
    "Universities accounted for {universities} of the transfers and licences, research institutes "
    "for {institutes}."
)
NO_OPERATIONS: Final = "In {period} no patent was transferred, licensed or pledged."

# --- charts -------------------------------------------------------------------------------------

AMOUNT_BY_MONTH: Final = "Registered amount by month"
THIS_YEAR: Final = "this period"
YEAR_BEFORE: Final = "a year before"
AMOUNT_BY_PROVINCE: Final = "Registered amount by province"
PROJECTS_BY_INSTITUTION: Final = "Projects by kind of pledgee"
ENDED_BY_GROUND: Final = "Deregistrations by ground"
CONTRACTS_BY_CLASS: Final = "Contracts by class of royalty"
CONTRACTS_BY_INDUSTRY: Final = "Contracts by section of the national economy"
RATES_BY_BASE: Final = "Rates of running royalties by their base: quartiles, in percent"
TIMES_BY_MONTH: Final = "Times of operation by month"
TIMES_BY_KIND: Final = "Times of operation by kind of patent"
TIMES_BY_PARTY: Final = "Times of operation by kind of party"
TIMES_BY_PROVINCE: Final = "Times of operation by province"
VALUE: Final = "Figure"
BEFORE: Final = "A year before"
GROWTH: Final = "Growth"

# --- what it rests on ---------------------------------------------------------------------------

RESTS_ON: Final = "What the figures rest on"
POSITION: Final = (
    "All figures are counted from the ledger's log as known at position {position}, by program "
    "version {program}."
)
POSITIONS: Final = (
    "All figures are counted from the ledger's log as known at the positions stated below, by "
    "program version {program}."
)
RELEASES: Final = (
    "The figures are those of the releases below, which the public reads under /v1/statistics."
)
RECOMPUTED: Final = (
    "Each table below is a report with a digest; whoever may read the log asks for it again by "
    "`patent-ledger stats` with the question given, at that position, and `--verify` recomputes it."
)
QUESTION: Final = "Question"
DEFINITION: Final = "Definition"
DIGEST: Final = "Digest (SHA-256)"
NOT_RELEASED: Final = (
    "These figures are no release: nothing in them is suppressed, and they are for auditors and "
    "statisticians alone."
)
KEPT_BACK: Final = (
    "Figures of few contracts or parties are not published, nor those from which they would follow."
)


def texts() -> set[str]:
    """Every text of the bulletin."""
    spans = {text for parts in SPANS.values() for text in parts}
    return spans | {
        value for name, value in globals().items() if name.isupper() and isinstance(value, str)
    }
