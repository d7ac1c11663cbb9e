"""
How do several runs share one access token?

Zoho gives ten access tokens in ten minutes for one refresh token, and each lives for an hour
(https://www.zoho.com/accounts/protocol/oauth/). A platform starts one process now and then and has no need of this;
somebody who tries one command after the other, or reads many organizations side by side, runs into it. Whoever names a
folder in ``SOURCE_ZOHO_TOKEN_CACHE`` lets all runs there share: the first signs in, the others take its token.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from source_zoho.errors import ConfigProblem

VARIABLE = "SOURCE_ZOHO_TOKEN_CACHE"
_OWNER_ONLY = 0o700


@dataclass(frozen=True)
class SharedToken:
    """A token with its end in seconds since 1970, and where Zoho says that it is to be used (empty: not said)."""

    value: str = field(repr=False)
    ends_at: float
    api_url: str


@dataclass(frozen=True)
class SharedTokens:
    """The tokens in a folder that only its owner can read; each by *identity*, a hash of the grant that it is for."""

    folder: Path

    @contextmanager
    def turn(self, identity: str) -> Iterator[None]:
        """Let one run at a time look for a token and ask for one; those that wait find what the first has got."""
        with (self.folder / f"{identity}.lock").open("w") as lock:
            _wait_for(lock.fileno())
            yield

    def take(self, identity: str) -> SharedToken | None:
        """Return the token that is kept, None when there is none or its file is damaged."""
        with suppress(OSError, ValueError):
            return _read(json.loads(self._path(identity).read_text("utf-8")))
        return None

    def keep(self, identity: str, token: SharedToken) -> None:
        """Keep *token* for other runs, at once or not at all."""
        kept = {"access_token": token.value, "ends_at": token.ends_at, "api_url": token.api_url}
        # mkstemp makes a file that only its owner can read.
        number, name = tempfile.mkstemp(prefix=f".{identity}.", dir=self.folder)
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(json.dumps(kept))
        Path(name).replace(self._path(identity))

    def _path(self, identity: str) -> Path:
        return self.folder / f"{identity}.json"


def shared_tokens() -> SharedTokens | None:
    """Return what the environment lets runs share, else None. Raises ConfigProblem for a folder that cannot be used."""
    named = os.environ.get(VARIABLE, "").strip()
    if not named:
        return None
    folder = Path(named).expanduser()
    try:
        folder.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return SharedTokens(folder)
    except OSError as error:
        raise ConfigProblem(
            f"The environment variable {VARIABLE} names {folder}, which is no folder that can be written to "
            f"({error.strerror}); name another one, or unset it."
        ) from None


def _read(kept: Any) -> SharedToken | None:
    match kept:
        case {"access_token": str(value), "ends_at": int() | float() as ends_at, "api_url": str(api_url)} if value:
            return SharedToken(value, float(ends_at), api_url)
    return None


def _wait_for(lock: int) -> None:
    """Wait until this process alone holds *lock*; where files cannot be locked, runs may sign in more than once."""
    try:
        import fcntl
    except ImportError:
        return
    fcntl.flock(lock, fcntl.LOCK_EX)
