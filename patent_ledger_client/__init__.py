"""A small client of the patent ledger's HTTP interface.

    with Ledger("https://ledger.example", token=token) as ledger:
        receipt = ledger.file("/v1/pledges", pledge, key="loan-77")
        extract = ledger.patent("ZL 2020 1 0566088.9")

It needs httpx2 alone. A filing is repeated under its key when the ledger or the line was away, so
it is entered once; what was filed is waited for when it is read back.
"""

from patent_ledger_client.answers import Event, Extract, Finding, Hit, Outcome, Receipt, Verdict
from patent_ledger_client.ledger import Ledger
from patent_ledger_client.problems import Problem, Refused

__all__ = [
    "Event",
    "Extract",
    "Finding",
    "Hit",
    "Ledger",
    "Outcome",
    "Problem",
    "Receipt",
    "Refused",
    "Verdict",
]
