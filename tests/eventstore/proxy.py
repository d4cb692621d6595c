"""A line to the server that a test can cut at a word, before or after the server has heard it."""

from __future__ import annotations

import contextlib
import shutil
import socket
import tempfile
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from psycopg.conninfo import conninfo_to_dict, make_conninfo


class ProxiedServer:
    """Passes bytes between clients and a PostgreSQL server, over a Unix socket of its own."""

    def __init__(self, url: str) -> None:
        self._target = conninfo_to_dict(url)
        self._dir = Path(tempfile.mkdtemp(prefix="proxy-"))
        # Plain bytes, so that the word can be seen; the socket never leaves this machine.
        ours = {"host": str(self._dir), "port": "5432", "sslmode": "disable", "hostaddr": None}
        self.url = make_conninfo(url, **ours)
        self.cuts = 0
        self._word: bytes | None = None
        self._deliver = False
        self._refusing = False
        self._refuse_after_cut = False
        self._lines: list[socket.socket] = []
        self._listener = socket.socket(socket.AF_UNIX)

    def __enter__(self) -> Self:
        self._listener.bind(str(self._dir / ".s.PGSQL.5432"))
        self._listener.listen()
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._close(self._listener, *self._lines)
        shutil.rmtree(self._dir)

    def cut_at(self, word: bytes, *, deliver: bool) -> None:
        """Cut the next line on which a client says the word.

        `deliver` lets the server hear it and act on it first.
        """
        self._deliver = deliver
        self._word = word

    def refuse(self, *, cut_first: bool) -> None:
        """Let no new client through, from now on or from the next cut on."""
        self._refuse_after_cut = cut_first
        self._refusing = not cut_first

    def accept(self) -> None:
        """Let clients through again."""
        self._refusing = self._refuse_after_cut = False

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            if self._refusing:
                client.close()
                continue
            server = self._connect()
            self._lines += [client, server]
            threading.Thread(target=self._requests, args=(client, server), daemon=True).start()
            threading.Thread(target=self._answers, args=(client, server), daemon=True).start()

    def _connect(self) -> socket.socket:
        host = str(self._target.get("host") or "localhost")
        port = int(str(self._target.get("port") or 5432))
        if not host.startswith("/"):
            return socket.create_connection((host, port))
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{host}/.s.PGSQL.{port}")
        return server

    def _requests(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while said := client.recv(65536):
                if self._word is not None and self._word in said:
                    self._word = None
                    self.cuts += 1
                    self._refusing = self._refusing or self._refuse_after_cut
                    if self._deliver:
                        client.shutdown(socket.SHUT_RD)
                        self._silenced = client
                        server.sendall(said)
                        return  # what the server answers is its end; see _answers
                    break
                server.sendall(said)
        self._close(client, server)

    def _answers(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while answer := server.recv(65536):
                if getattr(self, "_silenced", None) is client:
                    break
                client.sendall(answer)
        self._close(client, server)

    @staticmethod
    def _close(*lines: socket.socket) -> None:
        for line in lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()
