"""Parties: who deals with a patent, how they are identified, and what of them is public.

An organisation is known by its unified social credit code, which is public. A natural person is
known by a pseudonym derived from the identity number with a key the domain never sees; the number
itself is a personal value and stands in no event (Personal Information Protection; Guidelines V-4
§5.1).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from enum import StrEnum
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, Field

from ledger.domain.texts import FROZEN, Text

Pseudonym = Callable[[str], str]
"""Keyed, one-way name for a personal identifier: the same person always gets the same one."""


class Value(BaseModel):
    """A frozen value that crosses a border: commands in, events out and back."""

    model_config = FROZEN


class PartyKind(StrEnum):
    ENTERPRISE = "enterprise"
    UNIVERSITY = "university"
    INSTITUTE = "institute"
    INDIVIDUAL = "individual"
    STATE_ORGAN = "state_organ"
    PUBLIC_INSTITUTION = "public_institution"
    SOCIAL_ORGANISATION = "social_organisation"
    OTHER = "other"


class Residence(StrEnum):
    """Where a party has its habitual residence or place of business (Patent Law art. 18)."""

    MAINLAND = "mainland"
    HK_MO_TW = "hk_mo_tw"
    ABROAD = "abroad"


class InstitutionKind(StrEnum):
    """Kind of institution of a pledgee."""

    BANK = "bank"
    POLICY_BANK = "policy_bank"
    GUARANTEE = "guarantee"
    MICROLENDER = "microlender"
    LEASING = "leasing"
    TRUST = "trust"
    INSURER = "insurer"
    OTHER = "other"


class Party(Value):
    """A party as events and the register show it: nothing of it is personal."""

    id: str
    """Credit code of an organisation, `person:…` pseudonym of a natural person, else `name:…`."""
    name: str
    kind: PartyKind
    residence: Residence = Residence.MAINLAND
    region: str | None = None
    """Province or finer division, GB/T 2260 (2 or 6 digits)."""
    institution: InstitutionKind | None = None
    address: str | None = None
    """Address of an organisation; a person's address is a personal value."""


class Personal(Value):
    """The personal values of one natural person; they lie outside the log and can be erased."""

    party: str
    identity_number: str | None = None
    address: str | None = None
    telephone: str | None = None


class PartyDetails(Value):
    """A party as a filing states it."""

    name: Text
    kind: PartyKind = PartyKind.ENTERPRISE
    credit_code: str | None = Field(
        None, pattern=r"^[0-9A-Za-z]{18}$", examples=["91350100M000100Y43"]
    )
    """Unified social credit code (GB 32100-2015), 18 characters."""
    identity_number: str | None = Field(None, pattern=r"^[0-9]{17}[0-9Xx]$")
    """Resident identity number of a natural person (GB 11643-1999); never published."""
    other_identifier: Text | None = None
    """Passport, foreign register number or the like; personal where the party is an individual."""
    residence: Residence = Residence.MAINLAND
    region: str | None = Field(None, pattern=r"^[0-9]{2}([0-9]{4})?$")
    institution: InstitutionKind | None = None
    address: Text | None = None
    telephone: Text | None = None


def party_of(details: PartyDetails, pseudonym: Pseudonym) -> Party:
    """The party the details describe, without anything personal."""
    personal = details.kind is PartyKind.INDIVIDUAL
    make = Party if personal else _organisation
    return make(
        id=party_id(details, pseudonym),
        name=details.name,
        kind=details.kind,
        residence=details.residence,
        region=details.region,
        institution=details.institution,
        address=None if personal else details.address,
    )


@lru_cache(maxsize=4096)
def _organisation(**members: Any) -> Party:
    """The same organisation again and again is one object: banks file much."""
    return Party(**members)


def party_id(details: PartyDetails, pseudonym: Pseudonym) -> str:
    """The identity key of a party; it stays the same when name or address change."""
    if details.credit_code is not None:
        return details.credit_code.upper()
    identifier = details.identity_number or details.other_identifier
    if identifier is not None and details.kind is PartyKind.INDIVIDUAL:
        return f"person:{pseudonym(identifier.upper())}"
    if identifier is not None:
        return f"{details.residence}:{identifier.upper()}"
    return party_by_name(details.name)


def party_by_name(name: str) -> str:
    """Identity key of a party of whom only the name is known, as in foreign registers."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    words = "".join(c if c.isalnum() else " " for c in plain).split()
    return f"name:{' '.join(words) or plain}"


FOLDED_MAX = 400
"""Length to which a folded name is kept, in code points; normalisation may make a name longer."""


@lru_cache(maxsize=65_536)
def folded(name: str) -> str:
    """A name in the one form of letters in which names are compared: NFKC, no case, single
    blanks."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join(plain.split())[:FOLDED_MAX]


def party_ref(text: str, pseudonym: Pseudonym) -> str:
    """The identity key that a reference in a filing means: an id, a credit code or an identity
    number."""
    code = code_of(text)
    if code is None:
        return text.strip()
    personal = code[:17].isdigit() and _born(code[6:14])
    return f"person:{pseudonym(code)}" if personal else code


CODE_LENGTH = 18
"""Characters of a credit code, and of an identity number."""


def code_of(text: str) -> str | None:
    """The credit code or identity number that a text is, whatever its width, case and blanks."""
    code = text.strip()
    if not code.isascii() or " " in code:
        # An identity number must not be taken for an id, which is told: it is known in any writing.
        code = "".join(unicodedata.normalize("NFKC", code).split())
    return code.upper() if len(code) == CODE_LENGTH and code.isascii() and code.isalnum() else None


def _born(digits: str) -> bool:
    """Whether eight digits look like a birth date, which no organisation code has in that place."""
    return (
        "1880" <= digits[:4] <= "2100"
        and "01" <= digits[4:6] <= "12"
        and "01" <= digits[6:] <= "31"
    )


def personal_of(details: PartyDetails, pseudonym: Pseudonym) -> Personal | None:
    """The personal values of a natural person, or None where there are none."""
    if details.kind is not PartyKind.INDIVIDUAL:
        return None
    identifier = details.identity_number or details.other_identifier
    if not (identifier or details.address or details.telephone):
        return None
    return Personal(
        party=party_id(details, pseudonym),
        identity_number=identifier,
        address=details.address,
        telephone=details.telephone,
    )
