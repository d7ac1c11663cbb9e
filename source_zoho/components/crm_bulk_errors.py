"""What does an answer about a Bulk Read job mean, and is it a refusal or the file that was asked for?"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import requests
from airbyte_cdk.sources.streams.http.error_handlers import ErrorResolution

from source_zoho.components.bodies import Said
from source_zoho.components.crm_errors import CrmErrorHandler
from source_zoho.components.rules import Rule

_TEXTS = re.compile(r"text/|json|xml", re.IGNORECASE)
_ARCHIVE_BEGINS = b"PK"
_TOO_MANY = "TOO_MANY_REQUESTS"


@dataclass
class BulkErrorHandler(CrmErrorHandler):
    """
    Judge answers about jobs after the table for CRM, and let files pass without reading them.

    A file is what does not say that it is a text; a refusal, or the page of a proxy, does, and is read and judged.
    Zoho takes so many jobs, and gives so many files, in a minute: a refusal for no reason that it names is no sign that
    the credits are used up, as it is elsewhere.

        error_handler:
          type: CustomErrorHandler
          class_name: source_zoho.components.BulkErrorHandler
          product: CRM
          scopes: ZohoCRM
          gives_file: true
    """

    gives_file: bool = False

    def table(self) -> Sequence[Rule]:
        """Return the rows for CRM, of which none ends the day on suspicion."""
        return tuple(_patient(rule) if _is_about_the_pace(rule) else rule for rule in super().table())

    def said_in(self, response: requests.Response) -> Said:
        """Return what *response* says of itself; a file says nothing."""
        if self.gives_file and response.ok and (not _is_text(response) or response.content[:2] == _ARCHIVE_BEGINS):
            return Said(0, "")
        return super().said_in(response)

    def interpret_response(self, response_or_exception: requests.Response | Exception | None) -> ErrorResolution:
        """Return what to do. Raises ZohoFailure when Zoho refuses."""
        try:
            return super().interpret_response(response_or_exception)
        except requests.RequestException as broken:  # the CDK does not see it: the body is read here, after sending
            return super().interpret_response(broken)


def _is_text(response: requests.Response) -> bool:
    return bool(_TEXTS.search(response.headers.get("Content-Type", "")))


def _is_about_the_pace(rule: Rule) -> bool:
    """Tell whether *rule* is for refusals that name neither credits nor calls under way."""
    return _TOO_MANY in rule.codes and rule.action == "wait" and "concurren" not in rule.says


def _patient(rule: Rule) -> Rule:
    """Return what follows from such a refusal here: waiting for the next minute, and then another road."""
    words = "Zoho takes no more Bulk Read jobs, or gives no more files, now"
    return replace(rule, wait_seconds=60.0, tries=5, then="fail", kind="transient", message=words)
