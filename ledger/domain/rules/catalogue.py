"""The statutory catalogue: rules that judge, and definitions that name what implements them.

A rule is one small function `(patent, command, context) -> Broken | None`, declared with its id,
article, regime, severity and cure; its docstring is the sentence a bank clerk reads. Catalogue,
documentation, API and tests come from this one declaration. A rule that looks only at the filing is
asked once, not once a patent, and also where the filing concerns no patent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from hashlib import sha256
from typing import Any

from ledger.domain.filing import Command, Context
from ledger.domain.obligations import Owed
from ledger.domain.patent import Patent
from ledger.domain.periods import LastDay
from ledger.domain.refusals import Finding, Severity


@dataclass(frozen=True, slots=True)
class Broken:
    """What a rule found: where in the filing, the fact that failed, perhaps in another severity."""

    pointer: str = ""
    fact: dict[str, Any] = field(default_factory=dict)
    severity: Severity | None = None
    owed: tuple[Owed, ...] = ()
    """What an obligation has whom do."""
    limit: LastDay | None = None
    """The last day to act that the finding rests on; a provisional one refuses nothing."""

    @property
    def provisional(self) -> bool:
        """Whether it rests on a last day that may still move."""
        return self.limit is not None and self.limit.provisional


@dataclass(frozen=True, slots=True)
class Unknown:
    """The rule needs a fact the ledger was never told; it names the fact and who can enter it."""

    what: str
    who: str = "the registrar enters it with POST /v1/patents or POST /v1/patents/{no}/facts"
    fact: dict[str, Any] = field(default_factory=dict)


Outcome = Broken | Unknown | None
Check = Callable[[Patent, Any, Context], Outcome]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the catalogue."""

    id: str
    commands: tuple[str, ...]
    title: str
    article: str
    severity: Severity
    since: date | None
    until: date | None
    cure: str
    waiver: str | None
    """Kind of declaration that waives the ground, where it can be waived."""
    waived_by: str | None
    """Who makes that declaration."""
    once: bool
    check: Check

    @property
    def sentence(self) -> str:
        return " ".join((self.check.__doc__ or "").split())

    def finding(self, outcome: Broken | Unknown, patent: Patent) -> Finding:
        """What the rule finds, as data with its sentence, article and cure."""
        named = None if self.once else patent.id
        if isinstance(outcome, Unknown):
            return self._unknown(outcome, patent)
        severity = outcome.severity or self.severity
        message, fact = self.sentence, outcome.fact
        if outcome.limit is not None and outcome.provisional:
            year = outcome.limit.missing_year
            message = f"{message} {PROVISIONAL.format(year=year)}"
            fact = fact | {"provisional_for": year}
            if severity is Severity.REFUSAL:
                severity = Severity.WARNING
        assert (severity is Severity.OBLIGATION) is bool(outcome.owed), (
            f"{self.id}: an obligation, and nothing else, says what is owed"
        )
        return Finding(
            self.id,
            severity,
            message,
            self.article,
            named,
            outcome.pointer or ("" if self.once else "/patents"),
            fact,
            self.cure or None,
            self.waiver,
            outcome.owed,
        )

    def _unknown(self, outcome: Unknown, patent: Patent) -> Finding:
        """The finding that a fact is missing, or that the whole patent was never entered."""
        if patent.entered is None:
            what, message = NEVER_ENTERED, NO_SUCH_PATENT
        else:
            what = outcome.what
            message = NEVER_TOLD.format(what=what, rule=self.id)
        return Finding(
            FACT_UNKNOWN,
            Severity.REFUSAL,
            message,
            self.article,
            patent.id,
            "/patents",
            {"missing": what, "needed_by": self.id} | outcome.fact,
            outcome.who,
        )


PROVISIONAL = (
    "The last day is provisional: the holidays of {year} are not announced, weekends alone count."
)
NO_SUCH_PATENT = "The register has no such patent: it was never entered."
NEVER_TOLD = "The ledger was never told {what}, which {rule} needs."
FACT_UNKNOWN = "fact-unknown"
NEVER_ENTERED = "the patent"
"""What is missing where the register has nothing of a patent: one finding, not one a fact."""


@dataclass(frozen=True, slots=True)
class Definition:
    """A row of the law that decides nothing, with the function and the test that hold it."""

    id: str
    commands: tuple[str, ...]
    title: str
    article: str
    sentence: str
    function: str
    """Dotted name of what implements it."""
    test: str
    """The test that shows it, which calls the function."""
    since: date | None = None
    until: date | None = None


RULES: dict[str, Rule] = {}
DEFINITIONS: dict[str, Definition] = {}


def rule(  # noqa: PLR0913 - a declaration, all of it by name
    name: str,
    *commands: type[Command],
    title: str,
    article: str,
    severity: Severity = Severity.REFUSAL,
    since: date | None = None,
    until: date | None = None,
    cure: str = "",
    waiver: str | None = None,
    waived_by: str | None = None,
    once: bool = False,
) -> Callable[[Check], Rule]:
    """Declare a rule of the catalogue; `once` where it does not look at the patent."""

    def declare(check: Check) -> Rule:
        _declare(name)
        assert check.__doc__, f"{name} has no sentence"
        assert (waiver is None) is (waived_by is None), f"{name}: who waives, and how"
        names = tuple(command.NAME for command in commands)
        declared = Rule(
            name,
            names,
            title,
            article,
            severity,
            since,
            until,
            cure,
            waiver,
            waived_by,
            once,
            check,
        )
        RULES[name] = declared
        return declared

    return declare


def define(
    name: str,
    *commands: str,
    title: str,
    article: str,
    sentence: str,
    function: str,
    test: str,
    since: date | None = None,
) -> Definition:
    """Declare a definition: the named function implements it, the named test shows it."""
    _declare(name)
    DEFINITIONS[name] = Definition(name, commands, title, article, sentence, function, test, since)
    return DEFINITIONS[name]


def _declare(name: str) -> None:
    known = name in RULES or name in DEFINITIONS or name in ALIASES
    assert not known, f"{name} is declared twice"


ALIASES: dict[str, tuple[str, str]] = {}


def alias(name: str, *, of: str, article: str) -> None:
    """Declare that a row of the law is the same rule as another; it is listed, and judged once."""
    _declare(name)
    assert of in RULES, f"{of} is not declared"
    ALIASES[name] = (of, article)


@cache
def rules_for(command: type[Command], day: date) -> tuple[Rule, ...]:
    """The rules of a command in force on a day."""
    return tuple(
        rule
        for rule in RULES.values()
        if command.NAME in rule.commands and in_force(rule.since, rule.until, day)
    )


def in_force(since: date | None, until: date | None, day: date) -> bool:
    """Whether a rule is in force on a day; `until` is the first day on which it no longer is."""
    return (since is None or since <= day) and (until is None or day < until)


@cache
def _asked(command: type[Command], day: date) -> tuple[tuple[Rule, ...], tuple[Rule, ...]]:
    """The rules asked once a filing, and those asked once a patent."""
    rules = rules_for(command, day)
    return tuple(r for r in rules if r.once), tuple(r for r in rules if not r.once)


_NO_PATENT = Patent("")
"""What a rule about the filing alone is given; it does not look at it."""


def judge(patents: Mapping[str, Patent], command: Command, context: Context) -> list[Finding]:
    """Everything all rules of the command find, on every patent; not the first alone."""
    findings: list[Finding] = []
    once, each = _asked(type(command), context.today)
    for declared in once:
        outcome = declared.check(_NO_PATENT, command, context)
        if outcome is not None:
            findings.append(declared.finding(outcome, _NO_PATENT))
    for place, number in enumerate(command.patents):
        patent = patents[number]
        for declared in each:
            outcome = declared.check(patent, command, context)
            if outcome is not None:
                findings.append(_placed(declared.finding(outcome, patent), place))
    return list(_distinct(findings))


def _placed(finding: Finding, place: int) -> Finding:
    """A finding about one patent points at that patent in the list."""
    if finding.pointer != "/patents":
        return finding
    return replace(finding, pointer=f"/patents/{place}")


def _distinct(findings: list[Finding]) -> Iterator[Finding]:
    """One finding a missing fact and patent, however many rules need it."""
    missing: set[tuple[str | None, str]] = set()
    for finding in findings:
        if finding.rule == FACT_UNKNOWN:
            key = (finding.patent, finding.fact["missing"])
            if key in missing:
                continue
            missing.add(key)
        yield finding


@cache
def catalogue_version() -> str:
    """Short digest of the catalogue: ids, severities and regimes; named by every judged event."""
    rows = "\n".join(
        f"{r.id} {r.severity} {r.since} {r.until}"
        for r in sorted(RULES.values(), key=lambda r: r.id)
    )
    return sha256(rows.encode()).hexdigest()[:16]


def regime(day: date) -> str:
    """The version of the law in force on a day (law.md 0.4)."""
    for since, name in REGIMES:
        if since <= day:
            return name
    return "before-1996"


REGIMES: tuple[tuple[date, str], ...] = (
    (date(2024, 1, 20), "2024"),
    (date(2021, 11, 15), "2021-11"),
    (date(2021, 6, 1), "2021-06"),
    (date(2021, 1, 1), "2021-01"),
    (date(2010, 10, 1), "2010"),
    (date(1996, 10, 1), "1996"),
)
