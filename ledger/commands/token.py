"""`patent-ledger token`: a bearer token of the local issuer."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from api.tokens import ROLES, Issuer
from ledger.commands.frame import DataDir, Json, UserError, print_json, settings_for
from ledger.domain.parties import party_ref
from ledger.means import Means
from ledger.settings import make_data_dir

HOURS_MAX = 24 * 366

NEED_A_PARTY = ("bank", "agency", "patentee", "licensee")


def token(
    role: Annotated[str, typer.Option("--role", help=f"One of {', '.join(ROLES)}.")],
    party: Annotated[
        str | None,
        typer.Option(
            "--party",
            help="Whom the caller files for: a credit code, an id, or an identity number.",
        ),
    ] = None,
    subject: Annotated[str | None, typer.Option("--subject", help="Who holds the token.")] = None,
    hours: Annotated[
        float, typer.Option("--hours", min=0, max=HOURS_MAX, help="How long it holds.")
    ] = 8,
    data_dir: DataDir = None,
    as_json: Json = False,
) -> None:
    """Print a token that tells the server who calls."""
    if role not in ROLES:
        raise UserError(f"there is no role {role}; the roles are {', '.join(ROLES)}")
    if party is None and role in NEED_A_PARTY:
        raise UserError(f"a {role} files for its own party: name it with --party")
    settings = settings_for(data_dir)
    make_data_dir(settings.data_dir)
    if party is not None:
        # A natural person is named by the pseudonym that the register shows, never by the number
        # itself.
        party = party_ref(party, Means(secret=settings.secret_key()).pseudonym)
    made = Issuer.of(settings.jwt_key_path).token(
        role, party=party, subject=subject, lasts=timedelta(hours=hours)
    )
    if as_json:
        print_json(
            {"token": made, "role": role, "party": party, "subject": subject or party or role}
        )
    else:
        typer.echo(made)
