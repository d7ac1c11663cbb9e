"""
Which modules of CRM can be read, asked of Zoho one by one?

Discovery decides by what Zoho says about modules and their fields; whether the records come, one call for each tells.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho import scopes
from source_zoho.availability import EMPTY, OK, PERMISSION, Finding
from source_zoho.components.coql_sample import samples_for
from source_zoho.components.crm_asking import answer_with
from source_zoho.components.crm_bodies import is_empty
from source_zoho.components.crm_catalog import metadata_of
from source_zoho.components.crm_parts import crm_requester
from source_zoho.components.refused import refused
from source_zoho.coql.wanted import wanted_as
from source_zoho.crm.modules import HIDDEN, Module
from source_zoho.crm.names import PREFIX, snake_case
from source_zoho.errors import ConfigProblem

_SCOPE, _SCOPE_OF_QUERIES = "modules.READ", "coql.READ"
_SEES_NOTHING = "The user of this refresh_token sees no module of CRM; sign in as one whose profile may view some."


class ModuleExamination:
    """Asks about the modules of the CRM organization in *config*."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self._config = config
        self._metadata = metadata_of(config)

    def streams(self) -> Mapping[str, Module]:
        """Return the modules that discovery looks at, by their streams. Raises ConfigProblem when there is none."""
        try:
            found = self._metadata.streams()
        except AirbyteTracedException as error:
            raise ConfigProblem(str(error.message)) from None
        if not found:
            raise ConfigProblem(_SEES_NOTHING)
        return found

    def hidden(self) -> list[str]:
        """Return the streams that modules would have which the user's profile hides."""
        return [name for name, why in self._left_out().items() if why == HIDDEN]

    def why_not(self, stream: str) -> str:
        """Return why the module of *stream* is none that can be read; an empty text when there is no such module."""
        return self._left_out().get(stream, "")

    def _left_out(self) -> dict[str, str]:
        return {PREFIX + snake_case(name): why for name, why in self._metadata.listing().left_out}

    def findings(self, names: Collection[str], news: Callable[[str], None]) -> list[Finding]:
        """Return what is found of the modules *names*. Raises ConfigProblem when Zoho does not answer."""
        try:
            described = {each.stream: each.module for each in self._metadata.described(names)} if names else {}
        except AirbyteTracedException as error:
            raise ConfigProblem(str(error.message)) from None
        return [self._finding(name, described, news) for name in names]

    def _finding(self, name: str, described: Mapping[str, Module], news: Callable[[str], None]) -> Finding:
        news(name)
        if name in described:
            return self._asked(name, described[name].api_name)
        why = str(self._metadata.why_not(name).message)
        return Finding("crm", name, "", PERMISSION, why=why, said=why.partition(": ")[2])

    def _asked(self, name: str, module: str) -> Finding:
        """Return whether the first record of *module* comes."""
        scope, question = scopes.granted_as("crm", _SCOPE), {"fields": "id", "per_page": "1"}
        requester = crm_requester(self._config, name, _SCOPE)
        try:
            answer = answer_with("data", requester, name, path=module, request_params=question)
        except AirbyteTracedException as error:
            return refused(error, "crm", name, scope)
        return Finding("crm", name, "", EMPTY if is_empty(answer) else OK, scope)


def hidden(names: Iterable[str]) -> list[Finding]:
    """Return the findings of modules that the profile of the user hides."""
    return [Finding("crm", name, "", PERMISSION, why=f"{name}: {HIDDEN}", said=HIDDEN) for name in names]


def queries(config: Mapping[str, Any], names: Iterable[str], news: Callable[[str], None]) -> list[Finding]:
    """Return what Zoho makes of the queries *names* of the configuration."""
    return [_query(config, name, news) for name in names]


def _query(config: Mapping[str, Any], name: str, news: Callable[[str], None]) -> Finding:
    news(name)
    scope = scopes.granted_as("crm", _SCOPE_OF_QUERIES)
    requester = crm_requester(config, name, _SCOPE_OF_QUERIES, http_method="POST", limited=True)
    try:
        sample = samples_for(config).of(wanted_as(config, name), requester)
    except AirbyteTracedException as error:
        return refused(error, "crm", name, scope)
    if sample.refusal:
        return refused(sample.refusal, "crm", name, scope)
    return Finding("crm", name, "", OK if sample.rows else EMPTY, scope)
