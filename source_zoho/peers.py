"""
What does a configuration say that was written for another Zoho connector?

Their settings are read as their specifications describe them: ``airbyte-integrations/connectors/source-zoho-crm``,
``-books`` and ``-billing`` in https://github.com/airbytehq/airbyte, and ``source-dz-zoho-books``, which preceded them.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

_REGIONS = {"com": "us", "com.au": "au", "com.cn": "cn"}
# As many lists as this connector reads at a time; theirs bounds how many modules are described at a time.
_MOST_WORKERS = 10


def migrated(config: Mapping[str, Any]) -> dict[str, Any]:
    """
    Return *config* in our words when it was written for another connector, else as it is.

    Our own settings win where both are there. What reads the same data stays the same: the environment of CRM, the
    organization, and of a token that was granted for CRM nothing but CRM is read.
    """
    theirs = dict(config)
    ours = _renamed(theirs)
    return {**{key: value for key, value in ours.items() if key not in theirs}, **theirs}


def _renamed(theirs: dict[str, Any]) -> dict[str, Any]:
    """Take their settings out of *theirs* and return them as ours."""
    ours: dict[str, Any] = {}
    region = theirs.pop("dc_region", None)
    crm = region is not None and "organization_id" not in theirs
    region = region or theirs.pop("region", None)
    if isinstance(region, str):
        ending = region.lower().lstrip(".")
        ours["data_center"] = _REGIONS.get(ending, ending)
    if crm:
        ours["products"] = ["crm"]
    if start := theirs.pop("start_datetime", None):
        ours["start_date"] = _moment(start)
    if isinstance(organization := theirs.pop("organization_id", None), str) and organization:
        ours["organization_ids"] = [organization]
    return ours | _of_crm(theirs)


def _of_crm(theirs: dict[str, Any]) -> dict[str, Any]:
    """Take what only the connector for CRM knows; the edition is not needed, since Zoho tells it."""
    ours: dict[str, Any] = {}
    environment = theirs.pop("environment", None)
    if isinstance(environment, str):
        ours["crm_environment"] = environment.lower()
    theirs.pop("edition", None)
    at_a_time = theirs.pop("max_concurrent_requests", None)
    if isinstance(at_a_time, int) and not isinstance(at_a_time, bool):
        ours["num_workers"] = min(at_a_time, _MOST_WORKERS)
    return ours


def _moment(start: Any) -> Any:
    """
    Return *start* as we write it, in UTC; as it is when it is no moment.

    Theirs may be a day, may have a blank for the T, and may leave out seconds and offset: no offset means UTC.
    """
    if not isinstance(start, str):
        return start
    with suppress(ValueError):  # configuration.problems() says what is wrong with it
        moment = datetime.fromisoformat(start.strip())
        in_utc = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        return in_utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    return start
