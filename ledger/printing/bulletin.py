"""The bulletin: sentences, charts and tables made from reports of the statistics at one position.

It knows nothing but the reports and the data dictionary: a figure that a report suppresses is said
to be not published, wherever it would stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from ledger.printing import bulletin_charts as charts
from ledger.printing import bulletin_words as said
from ledger.printing.bulletin_charts import Chart, Table
from ledger.printing.figures import Cell, Figures, nothing
from ledger.printing.told import Dictionary, Report, Reports, Told
from ledger.wording import Language, Wording

NO_TIMES: Final[Cell] = {"value": 0}
"""Of a group that is not among the cells."""


@dataclass(frozen=True, slots=True)
class Section:
    """A family of the statistics."""

    heading: str
    sentences: tuple[str, ...]
    charts: tuple[Chart, ...] = ()


@dataclass(frozen=True, slots=True)
class Edition:
    """The bulletin in a language."""

    language: Language
    title: str
    subtitle: str
    period: str
    remarks: tuple[str, ...]
    sections: tuple[Section, ...]
    rests_on: Section
    questions: Table


def edition(
    words: Wording,
    reports: Reports,
    dictionary: Dictionary,
    *,
    released: bool = False,
    note: str | None = None,
) -> Edition:
    """The bulletin of some reports in a language; `released` says that the public may have it."""
    told = Told(Figures(words), reports, dictionary)
    text = words.text
    kept = text(said.KEPT_BACK if released else said.NOT_RELEASED)
    return Edition(
        language=words.language,
        title=text(said.TITLE),
        subtitle=text(said.SUBTITLE),
        period=f"{told.period[:1].upper()}{told.period[1:]}",
        remarks=tuple(remark for remark in (note, kept) if remark),
        sections=(pledges(told), licences(told), operations(told)),
        rests_on=rests_on(told),
        questions=questions(told),
    )


def _none(told: Told, question: str, sentence: str) -> str:
    """That there is nothing to tell of, or that nothing of it is released."""
    return told.text(sentence if question in told.reports else said.NOT_YET, period=told.period)


def pledges(told: Told) -> Section:
    """Pledge financing, trademarks among it."""
    cell = told.cell
    heading = told.text(said.PLEDGES)
    projects = cell("pledges", "projects")
    if nothing(projects):
        return Section(heading, (_none(told, "pledges", said.NO_PLEDGES),))
    return Section(heading, tuple(_pledge_sentences(told)), tuple(_pledge_charts(told)))


def _pledge_sentences(told: Told) -> Iterator[str]:
    figures, cell = told.figures, told.cell
    amount = cell("pledges", "amount")
    yield told.text(
        said.PLEDGED,
        period=told.period,
        amount=figures.yuan(amount),
        change=figures.change(amount),
    )
    alone = cell("patents_alone", "amount")
    if alone is not None:
        yield told.text(
            said.PATENTS_ALONE,
            amount=figures.yuan(alone),
            change=figures.change(alone),
            projects=figures.count(cell("patents_alone", "projects")),
            patents=figures.count(cell("patents_alone", "patents")),
        )
    projects, enterprises = cell("pledges", "projects"), cell("pledges", "enterprises")
    yield told.text(
        said.PROJECTS,
        projects=figures.count(projects),
        change=figures.change(projects),
        enterprises=figures.count(enterprises),
        change_of_enterprises=figures.change(enterprises),
    )
    for sentence, what in (
        (said.INCLUSIVE_ENTERPRISES, "enterprises"),
        (said.INCLUSIVE_PROJECTS, "projects"),
    ):
        found = cell("pledges", f"inclusive_{what}")
        yield told.text(
            sentence,
            **{what: figures.count(found)},
            share=figures.percent(cell("pledges", f"inclusive_{what}_share")),
            change=figures.change(found),
        )
    yield told.text(
        said.STANDING,
        live=figures.count(cell("pledges", "live")),
        balance=figures.yuan(cell("pledges", "balance")),
        deregistered=figures.count(cell("pledges", "deregistered")),
    )


def _pledge_charts(told: Told) -> Iterator[Chart]:
    yield charts.by_month(told, "pledges_by_month", "amount", said.AMOUNT_BY_MONTH)
    yield charts.by_group(told, "pledges_by_province", "amount", said.AMOUNT_BY_PROVINCE)
    yield charts.by_group(told, "pledges_by_institution", "projects", said.PROJECTS_BY_INSTITUTION)
    yield charts.by_group(told, "pledges_by_ground", "deregistered", said.ENDED_BY_GROUND)


def licences(told: Told) -> Section:
    """Recorded licences and what they cost."""
    cell = told.cell
    heading = told.text(said.LICENCES)
    contracts = cell("licences", "contracts")
    if nothing(contracts):
        return Section(heading, (_none(told, "licences", said.NO_LICENCES),))
    return Section(
        heading,
        tuple(_licence_sentences(told)),
        (
            charts.by_group(told, "licences_by_class", "contracts", said.CONTRACTS_BY_CLASS),
            charts.by_group(told, "licences_by_industry", "contracts", said.CONTRACTS_BY_INDUSTRY),
            charts.rates(told, "rates_by_base", said.RATES_BY_BASE),
        ),
    )


def _licence_sentences(told: Told) -> Iterator[str]:
    figures, cell = told.figures, told.cell
    contracts = cell("licences", "contracts")
    yield told.text(
        said.RECORDED,
        period=told.period,
        contracts=figures.count(contracts),
        change=figures.change(contracts),
        patents=figures.count(cell("licences", "patents")),
        per=figures.count(cell("licences", "patents_per_contract")),
    )
    kinds = {
        name: cell("licences_by_kind", "patents", code)
        for name, code in (
            ("inventions", "invention"),
            ("models", "utility_model"),
            ("designs", "design"),
        )
    }
    if any(kinds.values()):
        shares = {name: figures.percent(found, "share") for name, found in kinds.items()}
        yield told.text(said.KINDS, **shares)
    for sentence, code in (
        (said.FIXED, "fixed"),
        (said.RUNNING, "running"),
        (said.FREE, "free"),
    ):
        of_class = cell("licences_by_class", "contracts", code)
        if of_class is None:
            continue
        yield told.text(
            sentence,
            contracts=figures.count(of_class),
            share=figures.percent(of_class, "share"),
            years=figures.count(cell("licences_by_class", "average_term", code)),
            amount=figures.yuan(cell("licences", "fixed_amount")),
            average=figures.yuan(cell("licences", "average_fixed_amount")),
        )


def operations(told: Told) -> Section:
    """Transfers, licences and pledges in times."""
    cell = told.cell
    heading = told.text(said.OPERATIONS)
    times = cell("operations", "times")
    if nothing(times):
        return Section(heading, (_none(told, "operations", said.NO_OPERATIONS),))
    return Section(heading, tuple(_operation_sentences(told)), _operation_charts(told))


def _operation_sentences(told: Told) -> Iterator[str]:
    figures, cell = told.figures, told.cell
    times, dealt = cell("operations", "times"), cell("dealt_by_party", "times")
    of_kind = {
        kind: cell("dealt_by_party", "times", kind) or NO_TIMES
        for kind in ("university", "institute")
    }
    yield told.text(
        said.OPERATED,
        period=told.period,
        times=figures.count(times),
        change=figures.change(times),
        patents=figures.count(cell("operations", "patents")),
    )
    if dealt is None:
        return
    yield told.text(said.DEALT, times=figures.count(dealt), change=figures.change(dealt))
    yield told.text(
        said.BY_PUBLIC,
        universities=figures.count(of_kind["university"]),
        institutes=figures.count(of_kind["institute"]),
    )


def _operation_charts(told: Told) -> tuple[Chart, ...]:
    return (
        charts.acts_by_month(told, "operations_by_month", said.TIMES_BY_MONTH),
        charts.by_group(told, "operations_by_kind", "times", said.TIMES_BY_KIND),
        charts.by_group(told, "operations_by_party", "times", said.TIMES_BY_PARTY),
        charts.by_group(told, "operations_by_province", "times", said.TIMES_BY_PROVINCE),
    )


def rests_on(told: Told) -> Section:
    """Where the figures come from, and how they are recomputed."""
    first, *others = told.reports.values()
    position = told.figures.number(Decimal(first["position"]))
    alike = all(each["position"] == first["position"] for each in others)
    from_where = said.POSITION if alike else said.POSITIONS
    recomputed = said.RELEASES if "release" in first else said.RECOMPUTED
    return Section(
        told.text(said.RESTS_ON),
        (
            told.text(from_where, position=position, program=first["program"]),
            told.text(recomputed),
        ),
    )


def questions(told: Told) -> Table:
    """Each report with its question, its definition and its digest."""
    columns = (said.QUESTION, said.DEFINITION, said.DIGEST)
    rows = (
        (question_of(each), each["definition"], each["digest"]) for each in told.reports.values()
    )
    # A release answers several questions.
    return Table(tuple(map(told.text, columns)), tuple(dict.fromkeys(rows)))


def question_of(report: Report) -> str:
    """What is asked of `patent-ledger stats` to have a report again, or which release it is of."""
    query = report["query"]
    words = [query["family"]]
    if "release" in report:
        words.append(report["release"])
    else:
        words += _options(query)
    if query["with_trademarks"]:
        words.append("--with-trademarks")
    return " ".join((*words, f"--known-at {report['position']}"))


def _options(query: Mapping[str, Any]) -> list[str]:
    words = [f"--from {query['from']}", f"--until {query['until']}"]
    if query["every"] != "whole":
        words.append(f"--every {query['every']}")
    words += [f"--by {name}" for name in query["by"]]
    words += [f"--where {name}={','.join(codes)}" for name, codes in query["where"].items()]
    words += [f"--measure {name}" for name in query["measures"]]
    return words
