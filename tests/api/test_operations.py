"""What operators see: metrics, the log, the id of a request. None of it holds what was filed."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
import structlog
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from ledger import logs
from tests.api.desk import Desk
from tests.api.test_remembered import plain_scope, status_of
from tests.builders import BANK, register_pledge
from tests.wait import until

MARK = "8675309.42"


def measured(served: Desk) -> dict[tuple[str, ...], float]:
    """Every sample of the metrics, by its name and the values of its labels."""
    answer = served.get("/metrics", "operator")
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


class TestMetrics:
    def test_filings_are_counted_by_outcome_and_refusals_by_rule(self, served: Desk) -> None:
        patent = served.patent()
        before = measured(served)
        served.registered("/v1/pledges", register_pledge(patents=(patent,)), "bank", BANK)
        refused = served.file("/v1/pledges", register_pledge(patents=(patent,)), "bank", BANK)
        assert refused.status_code == 409
        rules = {finding["rule"] for finding in refused.json()["findings"]}
        after = measured(served)

        def grown(*sample: str) -> float:
            return after.get(sample, 0) - before.get(sample, 0)

        assert grown("ledger_filings_total", "registered") == 1
        assert grown("ledger_filings_total", "refused") == 1
        assert {rule for rule in rules if grown("ledger_refusals_total", rule) == 1} == rules
        assert grown("ledger_commit_group_filings_count") == 1
        assert grown("ledger_http_requests_total", "register_pledge", "201") == 1
        assert grown("ledger_http_request_seconds_count", "register_pledge") == 2

    def test_followers_come_to_stand_where_the_log_is(self, served: Desk) -> None:
        served.patent()

        def none_behind() -> bool:
            samples = measured(served)
            lags = [v for k, v in samples.items() if k[0] == "ledger_follower_lag_positions"]
            assert samples[("ledger_head_position",)] == served.head()
            assert ("ledger_webhook_messages", "waiting") in samples
            return len(lags) >= 4 and not any(lags)

        until(none_behind)

    def test_they_are_the_operators_alone(self, served: Desk) -> None:
        assert served.get("/metrics").status_code == 401
        assert served.get("/metrics", "bank", BANK).status_code == 403


class TestRequestId:
    def test_every_answer_has_one(self, served: Desk) -> None:
        patent = served.patent()
        paths = [f"/v1/patents/{patent}", f"/v1/patents/{patent}", "/nowhere", "/metrics"]
        ids = [served.get(path).headers["X-Request-Id"] for path in paths]
        assert len(set(ids)) == len(paths)
        assert all(re.fullmatch("[0-9a-f]{32}", each) for each in ids)

    @pytest.mark.parametrize(("stated", "kept"), [("bank-17.a_B", True), ("two words", False)])
    def test_a_caller_may_name_it(self, served: Desk, stated: str, kept: bool) -> None:
        answer = served.get("/healthz", headers={"X-Request-Id": stated})
        assert (answer.headers["X-Request-Id"] == stated) is kept


@contextlib.contextmanager
def configured() -> Iterator[None]:
    """The program's own log, and pytest's again afterwards."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    logs.configure()
    yield
    structlog.reset_defaults()
    root.handlers[:], root.level = handlers, level


class TestLog:
    def test_an_exception_is_told_without_its_words(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        try:
            raise ValueError(f"the amount is {MARK}")
        except ValueError as error:
            with configured():
                logging.getLogger("ledger.some").error("it failed: %s", error, exc_info=error)
        said = capsys.readouterr().err
        assert MARK not in said
        line = json.loads(said)
        assert line["event"] == "it failed: builtins.ValueError"
        assert line["error"] == "builtins.ValueError"
        assert "test_operations.py" in line["at"][-1]
        assert (line["level"], line["logger"]) == ("error", "ledger.some")

    def test_of_the_database_the_state_is_told_and_no_row(
        self, served: Desk, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(psycopg.DataError) as raised:
            served.owner.execute("SELECT %s::int", (MARK,))
        with configured():
            logging.getLogger("ledger.some").warning("again: %s", raised.value)
        said = capsys.readouterr().err
        assert MARK not in said
        assert "(22P02)" in json.loads(said)["event"]

    def test_a_request_is_one_line_without_its_path(
        self, served: Desk, capsys: pytest.CaptureFixture[str]
    ) -> None:
        patent = served.patent()
        asked = dict(plain_scope(patent), path=f"/v1/parties/{MARK}", query_string=b"mark=867")
        with configured():
            house = replace(served.house, log_requests=True)
            answered = asyncio.run(status_of(create_app(house), asked))
        (line,) = (json.loads(said) for said in capsys.readouterr().err.splitlines())
        assert MARK not in json.dumps(line)
        assert "mark" not in json.dumps(line)
        assert (line["event"], line["operation"]) == ("request", "get_party")
        assert (line["status"], line["problem"]) == (answered, "invalid")
        assert re.fullmatch("[0-9a-f]{32}", line["request_id"])
        assert line["time"].endswith("Z")
