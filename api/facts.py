"""The facts that the office enters on patents, each named by `fact`."""

from __future__ import annotations

import re
from typing import Any, Final

import orjson

from api.bodies import strict_json, validated
from api.problems import Fault, invalid
from ledger.domain import lifecycle
from ledger.domain.filing import Command
from ledger.domain.lifecycle import GrantPatent


def _named(command: type[Command]) -> str:
    """`PayAnnualFee` is the fact `pay_annual_fee`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", command.NAME).lower()


FACTS: Final[dict[str, type[Command]]] = {
    _named(command): command for command in lifecycle.COMMANDS if command is not GrantPatent
}
"""Fact → its command."""


def fact(raw: bytes, no: str) -> Command:
    """The fact that a body states on the patent of the path, and on others if it names them."""
    value = strict_json(raw)
    if not isinstance(value, dict):
        raise invalid(Fault("the body is a JSON object", ""))
    named = value.pop("fact", None)
    command = FACTS.get(named) if isinstance(named, str) else None
    if command is None:
        raise invalid(Fault(f"one of {', '.join(FACTS)}", "/fact"))
    value.setdefault("patents", [no])
    stated: Any = validated(command, orjson.dumps(value), value)
    (patent,) = validated(_Patents, orjson.dumps({"patents": [no]}), {"patents": [no]}).patents
    if patent not in stated.patents:
        raise invalid(Fault(f"the patent of the path, {patent}, is not among them", "/patents"))
    command_of_fact: Command = stated
    return command_of_fact


class _Patents(Command):
    """The patents of a filing, of which nothing else is known."""

    NAME = ""
