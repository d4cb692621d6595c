"""Files of patent assignments as the office writes them, with invented parties and numbers."""

from __future__ import annotations

from collections.abc import Iterable

DTD = """<!DOCTYPE us-patent-assignments [
<!ELEMENT us-patent-assignments (action-key-code, transaction-date, patent-assignments)>
<!ATTLIST us-patent-assignments dtd-version CDATA #IMPLIED>
<!-- a comment with an apostrophe's worth of trouble, and a > -->
<!ELEMENT patent-assignments (data-available-code | patent-assignment+)>
<!ATTLIST u style (single | double) 'single' >
]>"""


def head_of(**changed: str) -> str:
    """The fields of an assignment-record in the office's order; an empty value leaves one out."""
    fields = {
        "reel-no": "<reel-no>90001</reel-no>",
        "frame-no": "<frame-no>0042</frame-no>",
        "last-update-date": "<last-update-date><date>20150727</date></last-update-date>",
        "purge-indicator": "<purge-indicator>N</purge-indicator>",
        "recorded-date": "<recorded-date><date>20150724</date></recorded-date>",
        "page-count": "<page-count>4</page-count>",
        "correspondent": "<correspondent><name>LANTERNHILL &amp; WICK LLP</name>"
        "<address-1>1 WICK LANE</address-1><address-2>LANTERNHILL</address-2></correspondent>",
        "conveyance-text": "<conveyance-text>ASSIGNMENT OF ASSIGNORS INTEREST "
        "(SEE DOCUMENT FOR DETAILS).</conveyance-text>",
    }
    fields |= {name.replace("_", "-"): value for name, value in changed.items()}
    return "\n".join(fields.values())


ASSIGNORS = """<patent-assignors>
<patent-assignor><name name-type="natural">TALLOW, ADA Q.</name>
<execution-date><date>20150701</date></execution-date></patent-assignor>
</patent-assignors>"""
ASSIGNEES = """<patent-assignees>
<patent-assignee><name>LANTERNHILL LAMPWORKS, INC.</name><address-1>2 WICK LANE</address-1>
<city>LANTERNHILL</city><state>OREGON</state><postcode>99999</postcode></patent-assignee>
</patent-assignees>"""
APPLICATION = """<document-id><country>US</country><doc-number>14999001</doc-number>
<kind>X0</kind><date>20140218</date></document-id>"""
PUBLICATION = """<document-id><country>US</country><doc-number>20149990001</doc-number>
<kind>A1</kind><date>20140612</date></document-id>"""
GRANT = """<document-id><country>US</country><doc-number>9999001</doc-number>
<kind>B2</kind><date>20150714</date></document-id>"""
TITLE = '<invention-title lang="en">WICK</invention-title>'
PROPERTIES = f"""<patent-properties><patent-property>
{APPLICATION}{PUBLICATION}{GRANT}{TITLE}
</patent-property></patent-properties>"""


def record(
    frame: int | None = None,
    *,
    assignors: str = ASSIGNORS,
    assignees: str = ASSIGNEES,
    properties: str = PROPERTIES,
    after: str = "",
    **head: str,
) -> str:
    """One whole record; name what shall differ, fields of its head with underscores."""
    if frame is not None:
        head.setdefault("frame_no", f"<frame-no>{frame}</frame-no>")
    return (
        f"<patent-assignment>\n<assignment-record>\n{head_of(**head)}\n</assignment-record>\n"
        f"{assignors}\n{assignees}\n{properties}\n{after}</patent-assignment>"
    )


def text_of(*records: str, declaration: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    """A whole file around the records."""
    return "\n".join(
        (
            f"{declaration}\n{DTD}",
            '<us-patent-assignments dtd-version="1.0" date-produced="20131101">',
            "<action-key-code>DA</action-key-code>",
            "<transaction-date><date>20150727</date></transaction-date>",
            "<patent-assignments>",
            *records,
            "</patent-assignments>\n</us-patent-assignments>\n",
        )
    )


def file_of(*records: str) -> bytes:
    """The bytes of a whole file around the records."""
    return text_of(*records).encode()


def records_of(frames: Iterable[int]) -> list[str]:
    """Whole records, told apart by their frames."""
    return [record(frame) for frame in frames]
