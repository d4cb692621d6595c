"""JSON of bodies, drawn: what is read is what was written, and a member named twice is refused,
wherever it stands and however the text is written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.bodies import strict_json
from api.problems import Problem

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
MARKS = st.sampled_from(['":', ":5", ",-1", "[2", '{"a":1', "\\", '"', "9" * 20, "a", "é", "公"])
NAMES = st.one_of(st.sampled_from(["a", "b", "a:"]), MARKS, TEXTS)
LEAVES = st.one_of(
    st.none(), st.booleans(), TEXTS, MARKS, st.integers(-(10**16), 10**16), st.just(0.5)
)


class Members(list[tuple[str, Any]]):
    """An object as it is written: members in their order, perhaps one named twice."""


VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(st.tuples(NAMES, inner), max_size=4).map(Members),
    ),
    max_leaves=8,
)
BODIES = st.lists(st.tuples(NAMES, VALUES), max_size=4).map(Members)
BLANKS = st.sampled_from(["", " ", "\n", " \t"])


def written(value: Any, blank: str, plain: bool) -> str:
    """JSON text of a value; non-ASCII characters as they are, or escaped."""
    match value:
        case Members():
            members = (
                f"{written(n, blank, plain)}{blank}:{blank}{written(v, blank, plain)}"
                for n, v in value
            )
            return "{" + f"{blank},{blank}".join(members) + blank + "}"
        case list():
            return "[" + f"{blank},".join(written(v, blank, plain) for v in value) + blank + "]"
        case _:
            return json.dumps(value, ensure_ascii=not plain)


def twice(value: Any) -> bool:
    """Whether a member is named twice somewhere."""
    match value:
        case Members():
            names = [name for name, _ in value]
            return len(set(names)) < len(names) or any(twice(v) for _, v in value)
        case list():
            return any(map(twice, value))
        case _:
            return False


def meant(value: Any) -> Any:
    match value:
        case Members():
            return {name: meant(v) for name, v in value}
        case list():
            return [meant(v) for v in value]
        case _:
            return value


@settings(max_examples=60)
@given(body=BODIES, blank=BLANKS, plain=st.booleans())
def test_json_is_read_as_it_was_written_and_no_member_is_lost(
    body: Members, blank: str, plain: bool
) -> None:
    raw = written(body, blank, plain).encode()
    if twice(body):
        with pytest.raises(Problem, match="named twice"):
            strict_json(raw)
    else:
        assert strict_json(raw) == meant(body)


@settings(max_examples=20)
@given(body=BODIES, number=st.sampled_from(["1e30", "-1e400", "9" * 19, "NaN", "1." + "0" * 40]))
def test_a_number_that_nobody_means_is_refused_wherever_it_stands(
    body: Members, number: str
) -> None:
    text = written(body, "", plain=True)
    raw = f'{{"first": {text}, "number":{number}}}'.encode()
    with pytest.raises(Problem):
        strict_json(raw)
