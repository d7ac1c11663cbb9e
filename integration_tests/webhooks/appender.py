"""
What does a process of its own do that keeps events, one by one, and says so?

    python -m integration_tests.webhooks.appender NAME NUMBER

Reads the address of the store from its first line of input, since it may carry a password, and writes the key of each
event to its output as soon as the event is kept.
"""

from __future__ import annotations

import sys

from integration_tests.webhooks.builders import some_events
from source_zoho.webhooks.stores import open_store


def main(name: str, number: int) -> None:
    with open_store(sys.stdin.readline().strip()) as store:
        for event in some_events(number, name):
            store.append([event])
            sys.stdout.write(f"{event.key}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
