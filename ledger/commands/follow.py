"""`patent-ledger follow`: what follows the log, in a process of its own."""

from __future__ import annotations

import os
import signal
import sys
import threading

from ledger import assembly, logs
from ledger.beside import STOP_SECONDS, Beside
from ledger.commands.frame import DataDir, ready_database, settings_for
from ledger.projections.reader import Reader
from ledger.settings import Settings, environment_of

NICE = 10
"""Followers let those who wait for an answer go first."""


def follow(data_dir: DataDir = None) -> None:
    """Follow the log until told to stop: search, statistics, feed, notices, webhooks, checkpoints.

    `serve` starts this beside itself. Of several on one database each follower works in one; the
    others take over.
    """
    settings = settings_for(data_dir)
    told = threading.Event()
    for word in (signal.SIGINT, signal.SIGTERM):
        signal.signal(word, lambda *_: _finish(told))
    with ready_database(settings) as url:
        logs.configure()
        means = assembly.means_of(settings)
        reader = Reader(url)
        # Once it has come up: what it imports and opens, those who wait for it wait for.
        os.nice(NICE)
        try:
            with assembly.following(url, settings, means, reader):
                assembly.settle_collector()
                told.wait()
        finally:
            reader.close()


def _finish(told: threading.Event) -> None:
    """Nobody is left to wait for what does not stop: then the alarm ends it."""
    signal.alarm(int(STOP_SECONDS))
    told.set()


def beside(url: str, settings: Settings) -> Beside:
    """The command as `serve` has it run, on the server that it has found or started."""
    command = [sys.executable, "-m", "ledger.cli", "follow"]
    return Beside("followers", command, environment_of(settings, url))
