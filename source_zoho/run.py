"""
What does the command ``source-zoho`` do?

Protocol verbs (spec, check, discover, read) go to the Airbyte CDK, whose import takes a second or two; everything
else is for people and goes to ``source_zoho.cli``, which never waits for it.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

from source_zoho import arguments
from source_zoho.errors import ZohoError

if TYPE_CHECKING:
    from airbyte_cdk.utils.traced_exception import AirbyteTracedException

_CHECK_FAILED = '{"type":"CONNECTION_STATUS","connectionStatus":{"status":"FAILED"'
_WRONG_USE, _INTERRUPTED = 2, 130


def main(args: list[str] | None = None) -> None:
    """Run the command line *args*, by default the process's; leave through SystemExit when something failed."""
    given = sys.argv[1:] if args is None else args
    if given and given[0] in arguments.VERBS:
        _refuse_wrong_use(given[0], given[1:])
        _speak_the_protocol(given)
        return
    from source_zoho.cli import app

    app(given, prog_name="source-zoho")


def _refuse_wrong_use(verb: str, words: list[str]) -> None:
    """Leave with a sentence on standard error when *words* are not what *verb* takes."""
    if problem := arguments.problem(verb, words):
        sys.stderr.write(f"source-zoho: {problem}\n")
        sys.exit(_WRONG_USE)


def _speak_the_protocol(args: list[str]) -> None:
    _import_the_cdk_quickly()
    from airbyte_cdk.utils.traced_exception import AirbyteTracedException

    from source_zoho.components.traced import traced

    debugging = "--debug" in args
    try:
        with _stopped_at_once():
            _launch(args, debugging)
    except AirbyteTracedException as error:
        _fail(error, debugging)
    except ZohoError as error:
        _fail(traced(error), debugging)
    except KeyboardInterrupt:
        sys.exit(_INTERRUPTED)


@contextmanager
def _stopped_at_once() -> Iterator[None]:
    """
    Let Ctrl-C end the process within the block.

    By itself it would only end the thread that writes: the others would go on calling Zoho until their lists end. What
    has been written is whole lines and good to go on from.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        os.write(sys.__stderr__.fileno() if sys.__stderr__ else 2, b"Stopped.\n")
        os._exit(_INTERRUPTED)

    if threading.current_thread() is not threading.main_thread():  # signals are heard by that one only
        yield
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _launch(args: list[str], debugging: bool) -> None:
    from airbyte_cdk.entrypoint import PRINT_BUFFER, AirbyteEntrypoint

    from source_zoho import inputs
    from source_zoho.source import STREAMS_OF_CHECK, SourceZoho

    class Entrypoint(AirbyteEntrypoint):
        @staticmethod
        def validate_connection(source_spec: Any, config: Any) -> None:
            """Leave wrong values to the source, which answers them in sentences."""

    if not debugging:
        for handler in [*logging.root.handlers, *logging.getLogger("airbyte").handlers]:
            handler.addFilter(_leave_out_tracebacks)
    parsed = AirbyteEntrypoint.parse_args(args)
    config_path, catalog_path = getattr(parsed, "config", None), getattr(parsed, "catalog", None)
    state_path = getattr(parsed, "state", None)
    source = SourceZoho(
        catalog=inputs.read_catalog(catalog_path) if catalog_path else None,
        config=inputs.read_config(config_path) if config_path else None,
        state=inputs.read_state(state_path) if state_path else None,
        config_path=config_path,
        only=STREAMS_OF_CHECK if parsed.command in {"spec", "check"} else (),
    )
    refused = False
    with PRINT_BUFFER:
        for message in Entrypoint(source).run(parsed):
            sys.stdout.write(f"{message}\n")  # one call a line: other threads write lines too
            refused = refused or message.startswith(_CHECK_FAILED)
    if refused:  # platforms read the message, scripts the exit code
        sys.exit(1)


def _import_the_cdk_quickly() -> None:
    """Spare the import of the CDK a second of reading sources: serpyco_rs asks for docstrings that nobody uses."""
    import attributes_doc

    attributes_doc.get_attributes_doc = lambda cls: {}  # noqa: ARG005 - the name is the signature of what it replaces


def _leave_out_tracebacks(record: logging.LogRecord) -> bool:
    """Log failures that their owner can mend as one sentence; --debug shows how they came about."""
    from airbyte_cdk.models import FailureType
    from airbyte_cdk.utils.traced_exception import AirbyteTracedException

    error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
    if isinstance(error, AirbyteTracedException) and error.failure_type is not FailureType.system_error:
        record.exc_info = None
        record.msg, record.args = f"{record.getMessage()}: {error.message}", None
    return True


def _fail(error: AirbyteTracedException, debugging: bool) -> None:
    """Tell the platform, and a person who watches, why nothing more comes; then leave with exit code 1."""
    import orjson
    from airbyte_cdk.models import AirbyteMessageSerializer

    message = error.as_sanitized_airbyte_message()
    if message.trace and message.trace.error and not debugging:
        message.trace.error.stack_trace = None
    sys.stdout.write(orjson.dumps(AirbyteMessageSerializer.dump(message)).decode() + "\n")
    sys.stdout.flush()
    if sys.stderr.isatty():
        sys.stderr.write(f"{error.message}\n")
    sys.exit(1)


if __name__ == "__main__":
    main()
