"""Definitions of the figures that the register's statistics count (law.md 8.8)."""

from __future__ import annotations

from ledger.domain.rules.catalogue import define

FIGURES = "tests/domain/test_figures.py"

define(
    "stat-inclusive-threshold",
    "query",
    title="Inclusive projects",
    article="CC 1259",
    sentence="A pledge project of at most ten million yuan is inclusive; the number is included.",
    function="ledger.domain.figures.inclusive",
    test=f"{FIGURES}::test_ten_million_yuan_is_inclusive_still",
)
define(
    "stat-distinct-enterprises",
    "query",
    title="Enterprises that benefit",
    article="usage of the office",
    sentence="Enterprises are counted once each, however many of their pledges are registered; "
    "counted are pledgors, not other borrowers.",
    function="ledger.domain.figures.enterprises",
    test=f"{FIGURES}::test_pledgors_that_are_enterprises_count_once_each",
)
define(
    "stat-project-count",
    "query",
    title="Projects",
    article="usage of the office",
    sentence="One registration is one project, however many patents it covers.",
    function="ledger.projections.pledge_financing.rows",
    test="tests/projections/test_pledge_financing.py::test_a_registration_is_one_project",
)
define(
    "stat-times-per-patent",
    "query",
    title="Times of operation",
    article="usage of the office",
    sentence="Transfers, recorded licences and pledges are counted in times: a contract over "
    "several patents counts once for each.",
    function="ledger.domain.figures.times",
    test=f"{FIGURES}::test_each_patent_of_a_dealing_is_a_time",
)
define(
    "stat-licence-classes",
    "query",
    title="Classes of licence fees",
    article="CC 846",
    sentence="A recorded licence is of one of three classes: fixed or convertible amount, running "
    "royalty, free of charge.",
    function="ledger.domain.royalties.royalty_class",
    test="tests/domain/test_royalties.py::TestForms::test_every_form_falls_into_one_of_three_classes",
)
define(
    "stat-licence-industry-threshold",
    "query",
    title="Industries that are published",
    article="usage of the office",
    sentence="Licence rates of an industry are published where it has more than 20 contracts.",
    function="ledger.domain.figures.industry_published",
    test=f"{FIGURES}::test_an_industry_has_more_than_twenty_contracts",
)
define(
    "stat-high-value-any-of-five",
    "query",
    title="Inventions of high value",
    article="usage of the office",
    sentence="A valid invention is of high value in a strategic industry, with a family abroad, "
    "maintained for more than ten years, with a high pledge amount or a prize of the state; it "
    "counts once.",
    function="ledger.domain.figures.high_value",
    test=f"{FIGURES}::TestHighValue::test_an_invention_in_any_of_five_cases_is_of_high_value",
)
define(
    "stat-yoy",
    "query",
    title="Growth year on year",
    article="usage of the office",
    sentence="Growth is the difference over the figure of the year before, of the same population "
    "and unit, rounded half up to a tenth of a percent.",
    function="ledger.domain.figures.growth",
    test=f"{FIGURES}::test_growth_is_rounded_half_up_to_a_tenth",
)
