"""A program that runs beside this one: begun anew whenever it ends, and ended with this one."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence

from ledger.embedded_places import Account, bound_command
from ledger.measures import BEGUN

log = logging.getLogger(__name__)

PAUSE_SECONDS = 1.0
"""How long the first pause lasts before a program that ended is begun anew; each further one lasts
twice as long."""
PAUSE_SECONDS_MAX = 30.0
STEADY_SECONDS = 60.0
"""A program that ran for so long had not failed at its beginning."""
STOP_SECONDS = 60.0
"""How long it may take to stop once it is told to."""


class Beside:
    """Keeps a program running. Its life is bound to the thread that starts it, and so to this
    process, by whatever end."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self._name = name
        self._command = command
        self._environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"beside-{name}", daemon=True)

    def start(self) -> None:
        """Begin; errors of the program itself are told to the log."""
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """The process that runs now."""
        process = self._process
        return None if process is None or process.poll() is not None else process.pid

    def stop(self) -> None:
        """Tell the program to stop, and wait until it has."""
        with self._lock:
            self._stopping.set()
            if self._process is not None:
                self._process.send_signal(signal.SIGTERM)
        self._thread.join(STOP_SECONDS)
        if self._thread.is_alive() and self._process is not None:
            log.warning("%s does not stop; it is killed", self._name)
            self._process.kill()
            self._thread.join()

    def _keep(self) -> None:
        pause = PAUSE_SECONDS
        while (process := self._begun()) is not None:
            began = time.monotonic()
            ended = process.wait()
            if self._stopping.is_set():
                return
            if time.monotonic() - began > STEADY_SECONDS:
                pause = PAUSE_SECONDS
            log.error("%s ended (%d); it is begun anew in %d s", self._name, ended, pause)
            self._stopping.wait(pause)
            pause = min(2 * pause, PAUSE_SECONDS_MAX)

    def _begun(self) -> subprocess.Popen[bytes] | None:
        account = Account("", os.geteuid(), os.getegid())
        with self._lock:
            if self._stopping.is_set():
                return None
            BEGUN.labels(self._name).inc()
            self._process = subprocess.Popen(
                bound_command(account, *self._command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=self._environment,
                # Ctrl-C is for this program, which stops the other when it has finished.
                start_new_session=True,
            )
            return self._process
