"""
What can go wrong, by who can mend it?

    ZohoError
    ├── ConfigProblem     the user: a value of the configuration, a scope, an organization, an unreadable file
    │   └── RefusedByZoho the user, but only Zoho could know: a sign-in, a token, a channel
    ├── Transient         time: quotas, throttling, a network or server in trouble
    │   └── DailyLimit    the day's calls are used up, or down to the reserve that the user wants to keep
    └── Unexpected        us: an answer that this connector does not know

Every message says what happened, where, and what to do now. None carries a token, a secret or the contents of a record.
"""

from __future__ import annotations


class ZohoError(Exception):
    """A failure with a sentence for people in ``str(error)``."""


class ConfigProblem(ZohoError):
    """The user can mend it."""


class RefusedByZoho(ConfigProblem):
    """The user can mend it, and nothing was wrong with how a command was called."""


class Transient(ZohoError):
    """Waiting mends it."""


class DailyLimit(Transient):
    """The organization's calls for today are used up, or only the reserve is left."""


class Unexpected(ZohoError):
    """The connector has to learn something."""
