"""How do the messages of a read get into tables, while somebody watches?"""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from source_zoho.cli.duckdb_loader import DuckDBLoader
from source_zoho.ledger import Bill, bill_in

if TYPE_CHECKING:
    from source_zoho.cli.progress import Step

RECORDS_PER_UPDATE = 100


def load(
    messages: Iterable[Mapping[str, Any]],
    loader: DuckDBLoader,
    step: "Step",
    streams: int,
    so_far: Callable[[int], str] = "{:,} records".format,
) -> Bill:
    """Load the records of *messages*, and return what they cost, as the connector says at the end."""
    bill = Bill({})
    records = complete = 0
    for message in messages:
        loader.take(message)
        records += message["type"] == "RECORD"
        ended = is_end_of_stream(message)
        if message["type"] == "LOG":
            bill = bill_in(message["log"]["message"]) or bill
        complete += ended
        if ended or records % RECORDS_PER_UPDATE == 0:
            step.update(so_far(records), complete, streams)
    step.update(so_far(records), complete, streams)
    return bill


def is_end_of_stream(message: Mapping[str, Any]) -> bool:
    """Tell whether *message* says that a stream has been read to its end."""
    match message:
        case {"type": "TRACE", "trace": {"stream_status": {"status": "COMPLETE"}}}:
            return True
    return False
