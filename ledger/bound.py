"""Becomes another program that ends when its parent does; run as a script, not imported.

Usage: bound.py PARENT UID GID PROGRAM ARGUMENT…

A script of its own rather than a function between fork and exec, which is unsafe in a program with
threads. It runs on any Python, without the package.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def become(parent: int, uid: int, gid: int, command: list[str]) -> None:
    """Take on the account, bind this process's life to its parent's, and run the command."""
    if os.geteuid() == 0 and uid != 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    # After the change of account, which would clear it. SIGINT is PostgreSQL's fast shutdown.
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:
        sys.exit("the program that asked for this one has ended")
    os.umask(0o077)
    os.execv(command[0], command)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    become(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4:])
