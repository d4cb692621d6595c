"""What an operator may choose; the only reader of the environment."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

SECRET_BYTES = 32


class BadSetting(ValueError):
    """A file that a setting names cannot be read, or says what cannot be."""


def _origins(text: str) -> str:
    """Origins as browsers name them: a page is never let in by what they would not say."""
    for origin in filter(None, map(str.strip, text.split(","))):
        if origin != "*" and not re.fullmatch(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?", origin):
            raise ValueError(f"{origin} is no origin, such as https://www.example.edu")
    return text


class Settings(BaseModel):
    """Every choice an operator has, with its default; read once, never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data_dir: Path
    """Where the embedded server, the secret and the signing key lie (`LEDGER_DATA_DIR`)."""

    database_url: str | None = Field(default=None, repr=False)
    """Another server's connection string; none means the embedded one (`LEDGER_DATABASE_URL`)."""

    replica_url: str | None = Field(default=None, repr=False)
    """Connection string of a read replica, which the API reads from (`LEDGER_REPLICA_URL`)."""

    postgres_account: str | None = Field(default=None, min_length=1)
    """Account of the embedded server when root starts it (`LEDGER_POSTGRES_ACCOUNT`)."""

    postgres_bin_dir: Path | None = None
    """Other PostgreSQL binaries than those of the wheel (`LEDGER_POSTGRES_BIN_DIR`)."""

    secret: SecretStr | None = None
    """Key of digests that must not be guessed (`LEDGER_SECRET`); none means a file of its own."""

    host: str = "127.0.0.1"
    """Address to listen on (`LEDGER_HOST`); loopback unless told otherwise."""

    port: int = Field(default=8000, ge=0, le=65535)
    """Port to listen on (`LEDGER_PORT`); 0 takes a free one."""

    office_region: str = Field(default="99", pattern=r"^[0-9]{2}$")
    """Two digits of the office in registration numbers (`LEDGER_OFFICE_REGION`)."""

    law_file: Path | None = None
    """How the office reads the law where it leaves room (`LEDGER_LAW_FILE`); none means the file
    law.toml in the data directory, if it is there."""
    calendar_file: Path | None = None
    """Table of holidays announced for later years (`LEDGER_CALENDAR_FILE`); none means the file
    holidays.toml in the data directory, if it is there."""

    rates_file: Path | None = None
    """Table of rates by which the statistics tell other money in yuan (`LEDGER_RATES_FILE`); none
    means the file rates.toml in the data directory, if it is there."""

    log_origin: str | None = Field(default=None, pattern=r"^[^\s+]+$")
    """Name under which checkpoints are signed (`LEDGER_LOG_ORIGIN`), as a rule the address of the
    log without its scheme; none means an invented one. It is chosen once, with the first key."""

    providers_file: Path | None = None
    """The OpenID providers whose tokens are believed (`LEDGER_PROVIDERS_FILE`); none means the file
    providers.toml in the data directory, if it is there."""

    rate_limit_caller: int = Field(default=60_000, ge=0)
    """Requests a minute of one caller with a token (`LEDGER_RATE_LIMIT_CALLER`); 0 is no limit."""

    rate_limit_address: int = Field(default=60_000, ge=0)
    """Requests a minute without a token from one address (`LEDGER_RATE_LIMIT_ADDRESS`); 0 is no
    limit."""

    cors_origins: Annotated[str, AfterValidator(_origins)] | None = None
    """Origins of web pages, with commas between, that may read here what is public
    (`LEDGER_CORS_ORIGINS`), such as `https://www.example.edu`; `*` is every page."""

    read_seconds_max: float = Field(default=60, ge=0)
    """How long the database works on a statement of one that reads (`LEDGER_READ_SECONDS_MAX`); 0
    is no limit."""

    log_requests: bool = True
    """Whether `serve` writes a line to its log for each request (`LEDGER_LOG_REQUESTS`)."""

    trusted_proxies: str | None = None
    """Addresses and networks, with commas between, of the proxies whose `X-Forwarded-For` says who
    calls (`LEDGER_TRUSTED_PROXIES`); an address of a caller by itself where none is named."""

    webhook_loopback: bool = False
    """Whether webhooks may be sent to this machine (`LEDGER_WEBHOOK_LOOPBACK`), for tests."""
    webhook_retry_seconds: float = Field(default=5, gt=0)
    """How long the first pause lasts after a webhook failed (`LEDGER_WEBHOOK_RETRY_SECONDS`); each
    later one lasts four times as long, up to six hours."""
    webhook_ca_file: Path | None = None
    """Further certificates that sign receivers' (`LEDGER_WEBHOOK_CA_FILE`), as PEM."""

    release_contracts_above: int = Field(default=20, ge=0)
    """A public figure of the statistics rests on more contracts than this
    (`LEDGER_RELEASE_CONTRACTS_ABOVE`)."""

    release_parties_min: int = Field(default=3, ge=1)
    """A public figure is of so many parties at least (`LEDGER_RELEASE_PARTIES_MIN`)."""

    release_share_max: Decimal = Field(default=Decimal("0.5"), gt=0, le=1)
    """No party has more of a public amount than this share (`LEDGER_RELEASE_SHARE_MAX`)."""

    samples_dir: Path | None = None
    """Folder with sample files of other registers (`LEDGER_SAMPLES`)."""

    group_commands_max: int = Field(default=256, ge=1)
    """Most commands of one commit (`LEDGER_GROUP_COMMANDS_MAX`)."""

    group_events_max: int = Field(default=4_000, ge=1)
    """Most events of one commit, a single larger filing excepted (`LEDGER_GROUP_EVENTS_MAX`)."""

    group_bytes_max: int = Field(default=16 * 1024 * 1024, ge=1)
    """Most bytes of one commit, a single larger filing excepted (`LEDGER_GROUP_BYTES_MAX`)."""

    queue_max: int = Field(default=2_048, ge=1)
    """Most commands that wait; one more is told to come back (`LEDGER_QUEUE_MAX`)."""

    clock_behind_seconds_max: int = Field(default=60, ge=1)
    """How far the clock may lag behind the last recorded time before the writer stops
    (`LEDGER_CLOCK_BEHIND_SECONDS_MAX`)."""

    document_bytes_max: int = Field(default=20 * 1024 * 1024, ge=1)
    """Size of the largest supporting document (`LEDGER_DOCUMENT_BYTES_MAX`)."""

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins of `cors_origins`, each by itself."""
        return tuple(filter(None, map(str.strip, (self.cors_origins or "").split(","))))

    @property
    def documents_dir(self) -> Path:
        """Supporting documents, by their digests."""
        return self.data_dir / "documents"

    @property
    def jwt_key_path(self) -> Path:
        """The local token issuer's signing key."""
        return self.data_dir / "token-key.pem"

    @property
    def log_key_path(self) -> Path:
        """The keys that sign checkpoints, a line each."""
        return self.data_dir / "log-key"

    @property
    def log_memory_path(self) -> Path:
        """The newest checkpoint signed here, kept outside the database."""
        return self.data_dir / "log-checkpoint"

    @property
    def witness_key_path(self) -> Path:
        """The key by which other logs are witnessed."""
        return self.data_dir / "witness-key"

    @property
    def witness_dir(self) -> Path:
        """The newest checkpoint of each log that is witnessed."""
        return self.data_dir / "witnessed"

    @property
    def law_path(self) -> Path:
        """The settings of law."""
        return self.law_file or self.data_dir / "law.toml"

    @property
    def calendar_path(self) -> Path:
        """The table of holidays announced for later years."""
        return self.calendar_file or self.data_dir / "holidays.toml"

    @property
    def providers_path(self) -> Path:
        """The OpenID providers whose tokens are believed."""
        return self.providers_file or self.data_dir / "providers.toml"

    @property
    def rates_path(self) -> Path:
        """The table of rates."""
        return self.rates_file or self.data_dir / "rates.toml"

    @property
    def secret_path(self) -> Path:
        """The file of the generated secret."""
        return self.data_dir / "secret"

    def secret_key(self) -> bytes:
        """The secret: as set, or else from its file, which is made on first use."""
        if self.secret is not None:
            return self.secret.get_secret_value().encode()
        return read_or_make(self.secret_path, lambda: secrets.token_bytes(SECRET_BYTES))


VARIABLES = {
    "LEDGER_SAMPLES": "samples_dir",
    **{f"LEDGER_{name.upper()}": name for name in Settings.model_fields if name != "samples_dir"},
}
"""Environment variable → setting; an empty variable counts as unset."""


def load_settings(environ: Mapping[str, str] | None = None, **overrides: Any) -> Settings:
    """Settings from the environment, a command's own options (if given) before them."""
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {
        name: environ[variable] for variable, name in VARIABLES.items() if environ.get(variable)
    }
    values |= {name: value for name, value in overrides.items() if value is not None}
    values.setdefault("data_dir", default_data_dir(environ))
    values["data_dir"] = Path(values["data_dir"]).expanduser().absolute()
    return Settings(**values)


def environment_of(settings: Settings, url: str) -> dict[str, str]:
    """The environment in which another program of ours has the same settings, and works on that
    database."""
    stated = {"LEDGER_DATA_DIR": str(settings.data_dir), "LEDGER_DATABASE_URL": url}
    return {**os.environ, **stated}


def default_data_dir(environ: Mapping[str, str]) -> Path:
    """The place for a user's data by the XDG rules, which ignore a relative path."""
    xdg = environ.get("XDG_DATA_HOME", "")
    base = (
        Path(xdg)
        if xdg.startswith("/")
        else Path(environ.get("HOME", "~")).expanduser() / ".local/share"
    )
    return base / "patent-ledger"


def make_data_dir(path: Path) -> None:
    """Make the data directory if it is not there; closed to others, but for the server's account.

    When root makes it, others may pass through it (not list it): the server runs under another
    account. An existing directory keeps its permissions.
    """
    if path.is_dir():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o700)
        if os.geteuid() == 0:
            path.chmod(0o711)


def replace_file(path: Path, data: bytes) -> None:
    """Write a closed file anew: the old bytes or the new are there, whatever happens."""
    make_data_dir(path.parent)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def read_or_make(path: Path, make: Callable[[], bytes]) -> bytes:
    """The closed file's bytes; a new one appears whole or not at all, whoever else makes one."""
    if path.exists():
        return path.read_bytes()
    make_data_dir(path.parent)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        # Another process may have been first; then its secret is the one.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()
    return path.read_bytes()
