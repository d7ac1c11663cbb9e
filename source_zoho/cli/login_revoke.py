"""What does `source-zoho login --revoke` do? It ends the refresh token of a configuration at Zoho."""

from pathlib import Path
from typing import Any

from source_zoho.configuration import problems
from source_zoho.errors import ConfigProblem
from source_zoho.files import read_json
from source_zoho.oauth.revocation import revoke
from source_zoho.oauth.tokens import Grant
from source_zoho.peers import migrated


def grant_in(path: Path) -> Grant:
    """Return the grant in the configuration at *path*. Raises ConfigProblem when there is none."""
    config = read_json(path, "configuration")
    ours: Any = migrated(config) if isinstance(config, dict) else config
    wrong = problems(ours)
    if wrong:
        raise ConfigProblem(" ".join(wrong))
    return Grant.of(ours)


def ended(path: Path, grant: Grant) -> str:
    """End *grant*, and return the sentence that says so. Raises ZohoError when it lives on."""
    if revoke(grant):
        return (
            f"The refresh token of {path} is ended at Zoho, with all access tokens that came of it. The file stays as "
            f"it is; `source-zoho login --output {path}` makes a new one."
        )
    return (
        f"Zoho did not know the refresh token of {path}: it was ended before, or belongs to another data centre than "
        f"'{grant.data_center}'. Nothing reads with it."
    )
