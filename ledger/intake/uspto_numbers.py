"""Which patent a property of the USPTO's assignment records is.

A stream is named by the application number, series code and serial in eight digits: `US:14808123`.
The numbers of publications and patents are aliases, told apart from application numbers by their
kind: `US:9081044B2`, `US:20130267033A1`. A property of which the file gives no application number
takes the alias of its patent for a name, else that of its publication, so that a ledger that knows
the alias finds the stream. An international application is `WO:PCTUS2015012345`.
"""

from __future__ import annotations

import re
from datetime import date

from ledger.intake.uspto_records import DocumentId, Property


def patent_of(item: Property) -> str | None:
    """The id of the stream; None if no document of the property says for certain which it is."""
    return next(iter(_names(item)), None)


def aliases_of(item: Property) -> tuple[str, ...]:
    """The other numbers of the property, each once."""
    return tuple(_names(item)[1:])


def _names(item: Property) -> list[str]:
    """The names of a property: its application, international application, patent, publication."""
    ranked = [(_rank(each), name) for each in item.documents if (name := _name(each))]
    ranked.sort(key=lambda pair: pair[0])
    # One property is one application: a second application number would name another patent.
    others = [name for rank, name in ranked[1:] if rank != APPLICATION]
    return list(dict.fromkeys([*(name for _, name in ranked[:1]), *others]))


APPLICATION, INTERNATIONAL, GRANT, PUBLICATION = range(4)


def _rank(document: DocumentId) -> int:
    if _is_application(document):
        return APPLICATION if document.country == "US" else INTERNATIONAL
    published = PUBLISHED.fullmatch(document.kind or "") or len(_number(document)) == 11
    return PUBLICATION if published else GRANT


def _name(document: DocumentId) -> str | None:
    number, kind = _number(document), document.kind or ""
    if not number:
        return None
    if _is_application(document):
        return f"{document.country}:{_application_number(number)}"
    if not kind and len(number) == 8 and number.isdecimal():
        return None  # an application of series 10 to 12, or a patent above ten million
    unpadded = re.sub("(?<![0-9])0+(?=[0-9])", "", number)
    return f"{document.country}:{unpadded}{kind}"


def _number(document: DocumentId) -> str:
    """Letters and digits of the number, without the country that some files put before it."""
    number = re.sub("[^A-Z0-9]", "", document.number.upper())
    if document.country == "US" and re.fullmatch("US[0-9]+", number):
        return number[2:]
    return number


def _is_application(document: DocumentId) -> bool:
    if document.kind is not None:
        return document.kind == "X0"
    number = _number(document)
    if document.country == "WO":
        return INTERNATIONAL_NUMBER.fullmatch(number) is not None
    if document.country != "US" or not re.fullmatch("[0-9]{8}", number):
        return False
    # Without a kind, eight digits that begin so may be an application or, from 2018 on, a patent.
    before = document.dated_on is not None and document.dated_on < TEN_MILLION
    return before or number[:2] not in ("10", "11", "12")


def _application_number(number: str) -> str:
    international = INTERNATIONAL_NUMBER.fullmatch(number)
    if international is not None:
        office, year, serial = international.groups()
        if len(year) == 2:
            year = f"{19 if year >= '78' else 20}{year}"  # the treaty came into force in 1978
        return f"PCT{office}{year}{serial:0>6}"
    # Seven digits are eight whose first, a zero, was lost on the way.
    return f"0{number}" if re.fullmatch("[0-9]{7}", number) else number


TEN_MILLION = date(2018, 6, 19)
"""Day of the first US patent whose number has eight digits."""
PUBLISHED = re.compile("A[0-9]")
INTERNATIONAL_NUMBER = re.compile("(?:PCT)?([A-Z]{2})((?:19|20)[0-9]{2}|[0-9]{2})([0-9]{5,6})")
