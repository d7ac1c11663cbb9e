"""How did a read end: which streams are incomplete, and who can mend it?"""

from __future__ import annotations

from collections.abc import Iterator

from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStream,
    AirbyteStreamStatus,
    FailureType,
    StreamDescriptor,
    Type,
)
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message
from airbyte_cdk.utils.traced_exception import AirbyteTracedException


def incomplete(stream: AirbyteStream, why: AirbyteTracedException) -> Iterator[AirbyteMessage]:
    """Yield the messages by which a platform learns that *stream* could not be read, and *why*."""
    yield why.as_airbyte_message(stream_descriptor=StreamDescriptor(name=stream.name))
    yield as_airbyte_message(stream, AirbyteStreamStatus.INCOMPLETE)


class Outcome:
    """
    Listens to the messages of a read, and sums up what went wrong in one sentence.

    The CDK ends such a read with all exceptions in a row and always blames the configuration; a platform would then not
    try again when only a quota was used up.
    """

    def __init__(self) -> None:
        self._incomplete: list[str] = []
        self._kinds: set[FailureType | None] = set()

    def note(self, message: AirbyteMessage) -> None:
        """Remember what *message* says about the end of a stream."""
        if message.type is not Type.TRACE or not message.trace:
            return
        if message.trace.error:
            self._kinds.add(message.trace.error.failure_type)
        status = message.trace.stream_status
        if status and status.status is AirbyteStreamStatus.INCOMPLETE:
            self._incomplete.append(status.stream_descriptor.name)

    def summary(self, streams: int) -> AirbyteTracedException | None:
        """Return the error that ends a read of *streams* streams, or None when none is known to be incomplete."""
        if not self._incomplete:
            return None
        names = ", ".join(sorted(self._incomplete))
        sentence = f"{len(self._incomplete)} of {streams} streams could not be read completely: {names}."
        if len(self._incomplete) < streams:
            sentence += " The others are complete."
        return AirbyteTracedException(
            message=f"{sentence} The reason of each is told above, with its name.",
            internal_message="Concurrent read failure",
            failure_type=self._failure_type(),
        )

    def _failure_type(self) -> FailureType:
        """Time mends what it can first; then what is ours to mend; the rest is the user's."""
        order = (FailureType.transient_error, FailureType.system_error)
        return next((kind for kind in order if kind in self._kinds), FailureType.config_error)
