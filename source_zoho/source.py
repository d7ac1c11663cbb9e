"""How does the manifest become a source that a platform can run?"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any

from airbyte_cdk.models import (
    AirbyteCatalog,
    AirbyteConnectionStatus,
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStream,
    ConfiguredAirbyteCatalog,
    FailureType,
    Status,
    Type,
)
from airbyte_cdk.sources.declarative.concurrent_declarative_source import ConcurrentDeclarativeSource
from airbyte_cdk.sources.streams.concurrent.abstract_stream import AbstractStream
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components import coql_sample, crm_bulk_limits, crm_coql, crm_metadata, crm_organization
from source_zoho.components.checkpoints import Progress
from source_zoho.components.checks import STREAMS_OF_CHECK, Checks
from source_zoho.components.connection import crm_quota, pace, tokens
from source_zoho.components.coql_queries import query_is_gone
from source_zoho.components.crm_catalog import module_streams
from source_zoho.components.crm_channels import renew_channels
from source_zoho.components.event_stores import forget as forget_event_stores
from source_zoho.components.organizations import forget as forget_organizations
from source_zoho.components.outcome import Outcome, incomplete
from source_zoho.components.selection import choose
from source_zoho.components.traced import traced
from source_zoho.configuration import PRODUCTS, problems, wants, wants_details
from source_zoho.coql.wanted import streams as query_streams
from source_zoho.errors import ConfigProblem
from source_zoho.ledger import LEDGER
from source_zoho.manifest import Manifest, has_modules, only_queries, read_manifest, with_products, with_streams
from source_zoho.peers import migrated

__all__ = ["STREAMS_OF_CHECK", "SourceZoho"]


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
        self._tells_modules_apart = False
        self.problems = problems(migrated(config)) if isinstance(config, Mapping) and config else []
        queries = frozenset() if self.problems or not wants(config or {}, "crm") else query_streams(config or {})
        wanted = set(only) or {each.stream.name for each in (catalog.streams if catalog else [])}
        if wanted >= STREAMS_OF_CHECK:
            wanted |= queries
        self._modules_wanted = [name for name in only if name.startswith("crm_") and name not in queries]
        manifest = read_manifest() if self.problems else _of_products(read_manifest(), config or {})
        super().__init__(
            catalog=catalog or ConfiguredAirbyteCatalog(streams=[]),
            config={} if self.problems else config or {},
            state=state or [],
            source_config=with_streams(manifest, wanted, queries) if wanted else manifest,
            config_path=config_path,
        )
        if self._config:
            forget_organizations()
            forget_event_stores()
            crm_organization.forget()
            crm_metadata.forget()
            coql_sample.forget()
            crm_coql.forget()
            crm_bulk_limits.begin_run()
            pace(self._config).begin_run()
            crm_quota(self._config).begin_run()
            tokens(self._config).begin_run()
            LEDGER.begin_run()

    def streams(self, config: Mapping[str, Any]) -> list[AbstractStream]:
        """Return the streams. Raises AirbyteTracedException when the configuration cannot be used."""
        self._refuse_a_wrong_config()
        built, self._built = self._built, None
        return built or super().streams(config)

    def check(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteConnectionStatus:
        """Sign in, list the organizations, and tell which products and which of those asked for can be read."""
        try:
            self._refuse_a_wrong_config()
            tokens(self._config).patient = False
            Checks(self._config, self._streams_once(), logger).run()
        except AirbyteTracedException as error:
            return AirbyteConnectionStatus(status=Status.FAILED, message=error.message)
        return AirbyteConnectionStatus(status=Status.SUCCEEDED)

    def discover(self, logger: logging.Logger, config: Mapping[str, Any]) -> AirbyteCatalog:
        """Return the catalog. Raises AirbyteTracedException when the configuration cannot be used."""
        self._refuse_a_wrong_config()
        if not self._source_config.get("dynamic_streams"):
            return super().discover(logger, config)
        with ThreadPoolExecutor(max_workers=1) as pool:  # Zoho is asked while the other streams are built
            modules = pool.submit(self._modules)
            self._tells_modules_apart = True
            try:
                catalog = super().discover(logger, config)
            finally:
                self._tells_modules_apart = False
            catalog.streams.extend(modules.result())
        coql_sample.samples_for(self._config).tell_refusals()
        return catalog

    def _modules(self) -> list[AirbyteStream]:
        return module_streams(self._config, self._modules_wanted) if has_modules(self._source_config) else []

    @property
    def dynamic_streams(self) -> list[dict[str, Any]]:
        """The streams of CRM's modules and of queries, as the CDK builds them from the manifest."""
        if not self._tells_modules_apart:
            return super().dynamic_streams
        return self._dynamic_stream_configs(only_queries(self._source_config), with_dynamic_stream_name=True)

    def read(
        self,
        logger: logging.Logger,
        config: Mapping[str, Any],
        catalog: ConfiguredAirbyteCatalog,
        state: list[AirbyteStateMessage] | None = None,
    ) -> Iterator[AirbyteMessage]:
        """Yield the messages of a read, with the progress of unfinished lists in every state."""
        self._refuse_a_wrong_config()
        there = self._refuse_unknown_streams(catalog)
        self._name_details_left_out(logger, catalog)
        choose(there.streams)
        renew_channels(self._config, [each.stream.name for each in there.streams])
        progress, outcome = Progress(state or []), Outcome()
        try:
            for message in chain(self._modules_left_out(catalog, there), super().read(logger, config, there, state)):
                outcome.note(message)
                yield progress.apply(message) if message.type is Type.STATE else _without_traceback(message, logger)
        except AirbyteTracedException as error:
            raise outcome.summary(len(catalog.streams)) or error from None
        finally:
            _tell_the_cost(logger)
        if len(there.streams) < len(catalog.streams):
            raise outcome.summary(len(catalog.streams)) or traced(ConfigProblem("Some streams could not be read."))

    def _refuse_a_wrong_config(self) -> None:
        if self.problems:
            raise traced(ConfigProblem(" ".join(self.problems)))

    def _refuse_unknown_streams(self, catalog: ConfiguredAirbyteCatalog) -> ConfiguredAirbyteCatalog:
        """Return *catalog* without modules that cannot be read; raise AirbyteTracedException for streams of no kind."""
        built = self.streams(self._config)
        known = {stream.name for stream in built}
        missing = [each.stream.name for each in catalog.streams if each.stream.name not in known]
        strangers = [name for name in missing if not (name.startswith("crm_") and wants(self._config, "crm"))]
        if strangers:
            raise traced(
                ConfigProblem(
                    f"The catalog asks for {', '.join(strangers)}, which this source does not have. "
                    "Run discover again and choose from its streams."
                )
            )
        self._built = built  # building them takes half a second: let the read have these
        return ConfiguredAirbyteCatalog(streams=[each for each in catalog.streams if each.stream.name in known])

    def _modules_left_out(
        self, catalog: ConfiguredAirbyteCatalog, there: ConfiguredAirbyteCatalog
    ) -> Iterator[AirbyteMessage]:
        """Yield that the streams of *catalog* which are not *there* are incomplete, and why: no module gives them."""
        known = {each.stream.name for each in there.streams}
        for configured in catalog.streams:
            name = configured.stream.name
            if name not in known:
                gone = query_is_gone(name) or crm_metadata.why_not(self._config, name)
                yield from incomplete(configured.stream, gone)

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

    def _streams_once(self) -> list[AbstractStream]:
        self._built = self._built or super().streams(self._config)
        return self._built


def _tell_the_cost(logger: logging.Logger) -> None:
    """Log what the run cost, for people and for programs."""
    bill = LEDGER.bill
    logger.info(bill.in_words)
    logger.info(bill.in_a_line)


def _of_products(manifest: Manifest, config: Mapping[str, Any]) -> Manifest:
    return with_products(manifest, [product for product in PRODUCTS if wants(config, product)])


def _streams_for_details(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names of the streams in *manifest* that have partitions only when details are asked for."""
    for product in manifest["streams"]:
        for row in product["streams"]:
            router = row["retriever"].get("partition_router", {})
            if router.get("for_details") or router.get("$parameters", {}).get("for_details"):
                yield row["$parameters"]["name"]


def _without_traceback(message: AirbyteMessage, logger: logging.Logger) -> AirbyteMessage:
    """Return *message* without the traceback of a failure that is not ours, unless debugging is on."""
    error = message.trace.error if message.type is Type.TRACE and message.trace else None
    if error and error.failure_type is not FailureType.system_error and not logger.isEnabledFor(logging.DEBUG):
        error.stack_trace = None
    return message
