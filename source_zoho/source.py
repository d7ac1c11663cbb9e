"""How does the manifest become a source that a platform can run?"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from airbyte_cdk.models import (
    AirbyteCatalog,
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteStateMessage,
    ConfiguredAirbyteCatalog,
    FailureType,
    Status,
    Type,
)
from airbyte_cdk.sources.declarative.yaml_declarative_source import YamlDeclarativeSource
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.checkpoints import Progress
from source_zoho.components.connection import pace, tokens
from source_zoho.components.organizations import active_ids, unknown_ids_problem
from source_zoho.components.organizations import forget as forget_organizations
from source_zoho.components.outcome import Outcome
from source_zoho.components.traced import traced
from source_zoho.configuration import migrated, problems
from source_zoho.errors import ConfigProblem
from source_zoho.files import manifest_path

_ORGANIZATIONS = "books_organizations"
_PRODUCTS_READ = ("books",)


class SourceZoho(YamlDeclarativeSource):
    """Reads Zoho as ``manifest.yaml`` declares, explains what cannot be read, and keeps state while it reads."""

    def __init__(
        self,
        catalog: ConfiguredAirbyteCatalog | None = None,
        config: Mapping[str, Any] | None = None,
        state: list[AirbyteStateMessage] | None = None,
        config_path: str | None = None,
    ) -> None:
        self._built: list[AbstractStream] | None = None
        self.problems = problems(migrated(config)) if isinstance(config, Mapping) and config else []
        super().__init__(
            path_to_yaml=str(manifest_path()),
            catalog=catalog,
            config=None if self.problems else config,
            state=state,
            config_path=config_path,
        )
        if self._config:
            forget_organizations()
            pace(self._config).begin_run()
            tokens(self._config).begin_run()

    def streams(self, config: Mapping[str, Any]) -> list[AbstractStream]:
        """Return all streams. Raises AirbyteTracedException when the configuration cannot be used."""
        self._refuse_a_wrong_config()
        built, self._built = self._built, None
        return built or super().streams(config)

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        """Sign in, list the organizations, and tell whether those that were asked for can be read."""
        try:
            self._refuse_a_wrong_config()
            self._check_organizations(logger)
        except AirbyteTracedException as error:
            return AirbyteConnectionStatus(status=Status.FAILED, message=error.message)
        return AirbyteConnectionStatus(status=Status.SUCCEEDED)

    def discover(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteCatalog:
        """Return the catalog, and name the products that were asked for and are not in it."""
        self._name_products_left_out(logger)
        return super().discover(logger, config)

    def read(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        """Yield the messages of a read, with the progress of unfinished lists in every state."""
        self._refuse_a_wrong_config()
        self._refuse_unknown_streams(catalog)
        self._name_products_left_out(logger)
        progress, outcome = Progress(state or []), Outcome()
        try:
            for message in super().read(logger, config, catalog, state):
                outcome.note(message)
                yield progress.apply(message) if message.type is Type.STATE else _without_traceback(message, logger)
        except AirbyteTracedException as error:
            raise outcome.summary(len(catalog.streams)) or error from None

    def _refuse_a_wrong_config(self) -> None:
        if self.problems:
            raise traced(ConfigProblem(" ".join(self.problems)))

    def _refuse_unknown_streams(self, catalog: ConfiguredAirbyteCatalog) -> None:
        built = self.streams(self._config)
        known = {stream.name for stream in built}
        strangers = [each.stream.name for each in catalog.streams if each.stream.name not in known]
        if strangers:
            raise traced(
                ConfigProblem(
                    f"The catalog asks for {', '.join(strangers)}, which this source does not have. "
                    "Run discover again and choose from its streams."
                )
            )
        self._built = built  # building them takes half a second: let the read have these

    def _name_products_left_out(self, logger: logging.Logger) -> None:
        missing = [each for each in self._config.get("products") or [] if each not in _PRODUCTS_READ]
        if missing:
            logger.warning(
                "products asks for %s, of which this version has no streams yet; reading the others.",
                ", ".join(missing),
            )

    def _check_organizations(self, logger: logging.Logger) -> None:
        store = tokens(self._config)
        store.patient = False
        organizations = self._organizations()
        wanted: Sequence[str] = self._config.get("organization_ids") or []
        problem = unknown_ids_problem(wanted, organizations)
        if problem:
            raise traced(ConfigProblem(problem))
        logger.info("Signed in; organizations to read: %s.", ", ".join(wanted or active_ids(organizations)))

    def _organizations(self) -> list[Mapping[str, Any]]:
        stream = next((each for each in self.streams(self._config) if each.name == _ORGANIZATIONS), None)
        if stream is None:
            raise traced(
                ConfigProblem("products names nothing that this version can read; expected it to contain: books.")
            )
        return [record.data for partition in stream.generate_partitions() for record in partition.read()]


def _without_traceback(message: AirbyteMessage, logger: logging.Logger) -> AirbyteMessage:
    """Return *message* without the traceback of a failure that is not ours, unless debugging is on."""
    error = message.trace.error if message.type is Type.TRACE and message.trace else None
    if error and error.failure_type is not FailureType.system_error and not logger.isEnabledFor(logging.DEBUG):
        error.stack_trace = None
    return message
