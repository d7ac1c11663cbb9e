"""How does the manifest become a source that a platform can run?"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
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
from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components.checkpoints import Progress
from source_zoho.components.connection import pace, tokens
from source_zoho.components.lists import NO_SUCH_ADDRESS
from source_zoho.components.organizations import active_ids, unknown_ids_problem
from source_zoho.components.organizations import forget as forget_organizations
from source_zoho.components.outcome import Outcome
from source_zoho.components.traced import ZohoFailure, traced
from source_zoho.configuration import migrated, problems, wants_details
from source_zoho.errors import ConfigProblem
from source_zoho.manifest import read_manifest, with_streams

_PRODUCTS_READ = {"books": "Books", "billing": "Billing"}
STREAMS_OF_CHECK = frozenset(f"{product}_organizations" for product in _PRODUCTS_READ)


class SourceZoho(ConcurrentDeclarativeSource):
    """
    Reads Zoho as ``manifest.yaml`` declares, explains what cannot be read, and keeps state while it reads.

    Only the streams of *catalog* are built, or those named in *only*; all of them take seconds.
    """

    def __init__(
        self,
        catalog: ConfiguredAirbyteCatalog | None = None,
        config: Mapping[str, Any] | None = None,
        state: list[AirbyteStateMessage] | None = None,
        config_path: str | None = None,
        only: Collection[str] = (),
    ) -> None:
        self._built: list[AbstractStream] | None = None
        self.problems = problems(migrated(config)) if isinstance(config, Mapping) and config else []
        wanted = only or {each.stream.name for each in (catalog.streams if catalog else [])}
        manifest = read_manifest()
        super().__init__(
            catalog=catalog or ConfiguredAirbyteCatalog(streams=[]),
            config={} if self.problems else config or {},
            state=state or [],
            source_config=with_streams(manifest, wanted) if wanted else manifest,
            config_path=config_path,
        )
        if self._config:
            forget_organizations()
            pace(self._config).begin_run()
            tokens(self._config).begin_run()

    def streams(self, config: Mapping[str, Any]) -> list[AbstractStream]:
        """Return the streams. Raises AirbyteTracedException when the configuration cannot be used."""
        self._refuse_a_wrong_config()
        built, self._built = self._built, None
        return built or super().streams(config)

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        """Sign in, list the organizations, and tell which products and which of those asked for can be read."""
        try:
            self._refuse_a_wrong_config()
            self._check_products(logger)
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
        self._name_details_left_out(logger, catalog)
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

    def _name_details_left_out(self, logger: logging.Logger, catalog: ConfiguredAirbyteCatalog) -> None:
        if wants_details(self._config):
            return
        chosen = {each.stream.name for each in catalog.streams}
        left_out = chosen & set(_streams_for_details(self.resolved_manifest))
        if left_out:
            logger.warning(
                "document_details is none, so these streams have no rows and cost no call: %s. "
                "Set it to changed to read them, at the price of one call for each changed document.",
                ", ".join(sorted(left_out)),
            )

    def _check_products(self, logger: logging.Logger) -> None:
        """Raise AirbyteTracedException unless everything that was asked for by name can be read."""
        tokens(self._config).patient = False
        asked_for = self._config.get("products")
        wanted = [each for each in _PRODUCTS_READ if each in (asked_for or _PRODUCTS_READ)]
        refusals: list[AirbyteTracedException] = []
        for product in wanted:
            try:
                self._check_organizations(product, logger)
            except AirbyteTracedException as error:
                if _has_no_such_list(error):
                    logger.warning(
                        "%s does not list its organizations here; those that Books lists are read, unchecked.",
                        _PRODUCTS_READ[product],
                    )
                    continue
                if asked_for:
                    raise
                refusals.append(error)
                logger.warning("%s cannot be read and is left out: %s", _PRODUCTS_READ[product], error.message)
        if not wanted:
            known = ", ".join(_PRODUCTS_READ)
            raise traced(
                ConfigProblem(f"products names nothing that this version can read; expected some of: {known}.")
            )
        if len(refusals) == len(wanted):
            raise refusals[0]

    def _check_organizations(self, product: str, logger: logging.Logger) -> None:
        organizations = self._organizations(product)
        wanted: Sequence[str] = self._config.get("organization_ids") or []
        problem = unknown_ids_problem(wanted, organizations)
        if problem:
            raise traced(ConfigProblem(problem))
        name = _PRODUCTS_READ[product]
        ids = ", ".join(wanted or active_ids(organizations, name))
        logger.info("Signed in; organizations of %s to read: %s.", name, ids)

    def _organizations(self, product: str) -> list[Mapping[str, Any]]:
        """Return the organizations that *product* lists; raise AirbyteTracedException when it refuses."""
        stream = next(each for each in self._streams_once() if each.name == f"{product}_organizations")
        return [record.data for partition in stream.generate_partitions() for record in partition.read()]

    def _streams_once(self) -> list[AbstractStream]:
        self._built = self._built or super().streams(self._config)
        return self._built


def _streams_for_details(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the streams in *manifest* that have partitions only when details are asked for."""
    for product in manifest["streams"]:
        for row in product["streams"]:
            router = row["retriever"]["partition_router"]
            if router.get("for_details") or router.get("$parameters", {}).get("for_details"):
                yield row["$parameters"]["name"]


def _has_no_such_list(error: AirbyteTracedException) -> bool:
    """Tell whether *error* says that Zoho has no list at that address: Billing's description lacks organizations."""
    return isinstance(error, ZohoFailure) and error.code == NO_SUCH_ADDRESS


def _without_traceback(message: AirbyteMessage, logger: logging.Logger) -> AirbyteMessage:
    """Return *message* without the traceback of a failure that is not ours, unless debugging is on."""
    error = message.trace.error if message.type is Type.TRACE and message.trace else None
    if error and error.failure_type is not FailureType.system_error and not logger.isEnabledFor(logging.DEBUG):
        error.stack_trace = None
    return message
