"""How the members of an event are stated by people: parties with their details, texts and numbers
within bounds. What a transcribed fact or a correction states is read by these forms."""

from __future__ import annotations

from datetime import date
from functools import cache, reduce
from operator import or_
from types import GenericAlias, NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import AfterValidator, Field, create_model

from ledger.domain.events import SecuredClaim
from ledger.domain.lifecycle import FEE_YEARS_MAX
from ledger.domain.numbers import InvalidNumber, parse_patent_id, parse_registration_number
from ledger.domain.parties import (
    Party,
    PartyDetails,
    Personal,
    Pseudonym,
    Value,
    party_of,
    party_ref,
    personal_of,
)
from ledger.domain.periods import CivilDate
from ledger.domain.texts import LongText, Text

LIST_MAX = 1_000
"""Members of one list of a fact: parties, symbols, other numbers."""


def _number(text: str) -> str:
    """A registration number as the office prints it; another register's as it stands."""
    try:
        return str(parse_registration_number(text, letters="YXK"))
    except InvalidNumber:
        return text


PatentId = Annotated[Text, AfterValidator(parse_patent_id)]
Number = Annotated[Text, AfterValidator(_number)]


class Reading:
    """Makes event fields of stated ones, and keeps apart what is personal."""

    def __init__(self, pseudonym: Pseudonym) -> None:
        self.personal: dict[str, Personal] = {}
        self._pseudonym = pseudonym

    def member(self, name: str, stated: Any) -> Any:
        """The value of a member of an event; references to parties become their ids."""
        if name == "shares" and stated is not None:
            return {party_ref(ref, self._pseudonym): share for ref, share in stated.items()}
        return self.value(stated)

    def value(self, stated: Any) -> Any:
        if isinstance(stated, PartyDetails):
            personal = personal_of(stated, self._pseudonym)
            if personal is not None:
                self.personal[personal.party] = personal
            return party_of(stated, self._pseudonym)
        if isinstance(stated, tuple):
            return tuple(map(self.value, stated))
        if isinstance(stated, Value) and type(stated) is form_of(SecuredClaim):
            return SecuredClaim(**{name: getattr(stated, name) for name in CLAIM_FIELDS})
        return stated


# --- forms ------------------------------------------------------------------------------------


@cache
def form_of(event: type[Value]) -> type[Value]:
    """The form in which the fields of an event kind are stated: parties with their details, texts
    and numbers within bounds. What may be unknown may be left out."""
    fields: dict[str, Any] = {}
    for name, field in event.model_fields.items():
        if name in NOT_STATED:
            continue
        optional = NoneType in get_args(field.annotation)
        plain = field.annotation in (str, int, str | None, int | None)
        annotation = BY_NAME[name] if plain and name in BY_NAME else None
        annotation = annotation or _form(field.annotation)
        if field.discriminator is not None:
            annotation = Annotated[annotation, Field(discriminator=field.discriminator)]
        default = (
            () if name in MAY_BE_EMPTY else field.get_default() if not field.is_required() else ...
        )
        fields[name] = (annotation | None, None) if optional else (annotation, default)
    return create_model(f"Stated{event.__name__}", __base__=Value, **fields)


def _form(annotation: Any) -> Any:
    origin = get_origin(annotation)
    if origin in (Union, UnionType):
        return reduce(or_, (_form(each) for each in get_args(annotation)))
    if origin is tuple:
        many = GenericAlias(tuple, (_form(get_args(annotation)[0]), ...))
        return Annotated[many, Field(max_length=LIST_MAX)]
    if origin is dict:
        return Annotated[dict[Text, Text], Field(max_length=100)]
    return SIMPLE.get(annotation, form_of(annotation) if annotation is SecuredClaim else annotation)


SIMPLE: dict[Any, Any] = {
    str: Text,
    date: CivilDate,
    bool: Annotated[bool, Field(strict=True)],
    Party: PartyDetails,
}
BY_NAME: dict[str, Any] = {
    "fee_year": Annotated[int, Field(strict=True, ge=1, le=FEE_YEARS_MAX)],
    "fees_paid_through": Annotated[int, Field(strict=True, ge=0, le=FEE_YEARS_MAX)],
    "months": Annotated[int, Field(strict=True, ge=1, le=120)],
    "days": Annotated[int, Field(strict=True, ge=1, le=20_000)],
    "same_day_patent": PatentId,
    "licence_id": Number,
    "head_licence_id": Number,
    "declaration_no": Number,
    "text": LongText,
    "scope": LongText,
    "reason": LongText,
    "ground": LongText,
    "fee_explanation": LongText,
    "claims_kept": LongText,
}
NOT_STATED = ("originator_id", "originator_version", "envelope", "personal", "obligations")
"""Members that an event has by its filing."""
MAY_BE_EMPTY = ("aliases", "symbols", "cites", "from_parties", "to_parties")
CLAIM_FIELDS = tuple(SecuredClaim.model_fields)
