"""Does a grant reach a scope of the CRM?"""

from __future__ import annotations

from collections.abc import Iterable


def missing_scope(granted: Iterable[str] | None, needed: Iterable[str], *, settings_read: bool = True) -> str | None:
    """
    Return the first scope that is needed and not granted, None when nothing is missing.

    *granted* None covers everything. *settings_read* says whether ZohoCRM.settings.READ reaches every group of
    settings, as ZohoCRM.settings.ALL does; Zoho documents it for ALL only.
    """
    if granted is None:
        return None
    have = {scope.lower() for scope in granted}
    return next((scope for scope in needed if not have & _reaching(scope.lower(), settings_read=settings_read)), None)


def _reaching(scope: str, *, settings_read: bool) -> set[str]:
    """Return every scope that includes this one: itself, ALL in its place, and the same for its group."""
    *family, operation = scope.split(".")
    found = {scope, ".".join((*family, "all"))}
    if len(family) > 2:
        group = ".".join(family[:2])
        found.add(f"{group}.all")
        if group != "zohocrm.settings" or settings_read:
            found.add(f"{group}.{operation}")
    return found
