"""What did the last run cost, by what it wrote into its log?"""

from collections.abc import Iterable

from source_zoho.cli.connector import parse
from source_zoho.cli.counts_emitted import called, opened
from source_zoho.errors import ConfigProblem
from source_zoho.ledger import PREFIX, Bill, bill_in

_PREFIX = PREFIX.encode()


def read_last(name: str) -> Bill:
    """Return the last bill in the file *name*, "-" for standard input. Raises ConfigProblem when there is none."""
    with opened(name, "--last") as lines:
        bill = last_bill(lines)
    if bill is None:
        raise ConfigProblem(
            f"{called(name)} does not tell what a read cost. Give --last what `source-zoho read` wrote to standard "
            "output, to its end, or a log that has its messages."
        )
    return bill


def last_bill(lines: Iterable[bytes]) -> Bill | None:
    """Return the last bill that *lines* tell of, as messages or as lines of a log; None when they tell of none."""
    found: Bill | None = None
    for line in lines:
        if _PREFIX in line:  # records are many, and none of our business
            found = bill_in(_text(line)) or found
    return found


def _text(line: bytes) -> str:
    match parse(line):
        case {"type": "LOG", "log": {"message": str(text)}}:
            return text
        case {"type": str()}:
            return ""  # a record may hold anything
    return line.decode(errors="replace")
