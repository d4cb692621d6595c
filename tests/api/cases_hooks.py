"""What Schemathesis cannot read from the OpenAPI document; test_openapi_cases.py has it loaded."""

from __future__ import annotations

import json
from typing import Any

import schemathesis
from schemathesis.core.failures import AcceptedNegativeData, Failure
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import CoverageScenario


@schemathesis.serializer("application/x-ndjson")
def lines(_: Any, body: Any) -> bytes:
    """A body of lines: as recorded, or of one line."""
    text = body if isinstance(body, str) else json.dumps(body)
    return text.encode("utf-8", "surrogatepass")


@schemathesis.hook
def filter_failure(_: Any, failure: Failure, case: Any, __: Any) -> bool:
    """Whether a failure is one. A header that the document does not tell of is no fault of a
    request, and a batch that was read is answered, the refusals of its lines with it."""
    if not isinstance(failure, AcceptedNegativeData):
        return True
    told = case.meta.phase.data
    header = (
        getattr(told, "scenario", None) is CoverageScenario.OBJECT_UNEXPECTED_PROPERTIES
        and told.parameter_location is ParameterLocation.HEADER
    )
    return not header and case.operation.path != "/v1/batches"
