"""A subscriber that polls its mailbox, as a program that can be killed at any moment.

`python -m tests.delivery.subscriber ADDRESS TOKEN FILE`: the id and stream of each message are
written to the file before it is acknowledged.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from http.client import HTTPException
from typing import Any
from urllib.error import URLError
from urllib.request import Request, urlopen

import orjson


def main(address: str, token: str, file: str) -> None:
    """Poll and acknowledge for ever; come back where nobody answers."""
    written = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def ask(method: str, path: str, body: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        data = None if body is None else orjson.dumps(body)
        request = Request(f"{address}{path}", data, headers, method=method)
        with urlopen(request, timeout=5) as answer:
            return orjson.loads(answer.read())

    os.write(1, b"ready\n")
    while True:
        with contextlib.suppress(URLError, HTTPException, OSError):
            ask("PUT", "/v1/mailbox", {})
            while True:
                page = ask("GET", "/v1/mailbox?limit=20")
                for event in page["messages"]:
                    os.write(written, f"{event['id']} {event.get('subject', '')}\n".encode())
                ask("POST", "/v1/mailbox/acknowledgement", {"through": page["through"]})
                if not page["messages"]:
                    time.sleep(0.1)
        time.sleep(0.1)


if __name__ == "__main__":
    main(*sys.argv[1:])
