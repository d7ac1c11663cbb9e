"""
What does the log say while a call waits to be repeated?

The CDK calls every wait a rate limit, also one for a new token or for a server in trouble, and names neither the stream
nor the organization. Its line is given the words of whoever decided that the call is repeated.
"""

from __future__ import annotations

import logging
import re
import threading

_LINE_OF_THE_CDK = re.compile(r"UserDefinedBackoffException: Rate limit exceeded.* Retrying in ([\d.]+) seconds\.")
_why = threading.local()


def note(sentence: str) -> None:
    """Say *sentence* in the line that this thread logs next about a wait."""
    _why.sentence = sentence


def in_our_words(record: logging.LogRecord) -> bool:
    """Give *record* our words if it is about a wait; let every record pass."""
    waits = _LINE_OF_THE_CDK.fullmatch(record.getMessage())
    sentence = getattr(_why, "sentence", "")
    if waits and sentence:
        record.msg, record.args = f"{sentence} Next try in {float(waits[1]):.0f} s.", None
        _why.sentence = ""
    return True


logging.getLogger("airbyte").addFilter(in_our_words)  # the CDK's own logger; adding it again changes nothing
