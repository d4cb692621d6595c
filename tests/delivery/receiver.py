"""A receiver of webhooks over real https: it remembers what it takes, and answers as it is told.

As a program (`python -m tests.delivery.receiver PORT CERTIFICATE FILE`) it writes the id of each
message it takes to a file before it answers, so that it can be killed at any moment.
"""

from __future__ import annotations

import os
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson

Answer = tuple[int, dict[str, str]]


@dataclass(frozen=True)
class Message:
    """What was sent."""

    headers: dict[str, str]
    body: bytes
    path: str

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> Any:
        return orjson.loads(self.body)


@dataclass
class Receiver:
    """A receiver and what it has taken, in order."""

    port: int = 0
    taken: list[Message] = field(default_factory=list)
    refused: list[Message] = field(default_factory=list)
    answer: Callable[[Message], Answer] = lambda _: (204, {})

    def url(self, path: str = "/events") -> str:
        return f"https://localhost:{self.port}{path}"

    def ids(self) -> list[str]:
        return [message.id for message in self.taken]

    def take(self, message: Message) -> Answer:
        status, headers = self.answer(message)
        (self.taken if 200 <= status < 300 else self.refused).append(message)
        return status, headers


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away says nothing here."""


@contextmanager
def receiving(
    certificate: Path, port: int = 0, receiver: Receiver | None = None
) -> Iterator[Receiver]:
    """A receiver that listens while in the block."""
    told = receiver or Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, more = told.take(Message(headers, body, self.path))
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Nothing."""

    server = Server(("127.0.0.1", port), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    # The handshake is the business of the thread that answers.
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def main(port: str, certificate: str, file: str) -> None:
    """Take everything, writing each id and stream down first."""
    written = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    class Writing(Receiver):
        def take(self, message: Message) -> Answer:
            event = message.event
            os.write(written, f"{message.id} {event.get('subject', '')}\n".encode())
            return 204, {}

    with receiving(Path(certificate), int(port), Writing()):
        os.write(1, b"ready\n")
        threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
