"""How is the emulator started from a shell?

`python -m source_zoho.emulator --port 0 --seed 7 --size small` prints its address and serves until it is interrupted.
"""

from __future__ import annotations

import argparse
import signal
import sys
import threading

from .coverage import coverage
from .emulator import Emulator
from .world import SIZES


def main() -> None:
    """Serve until SIGINT or SIGTERM, or print the coverage table."""
    options = _options()
    if options.coverage:
        sys.stdout.write(coverage())
        return
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopped.set())
    with Emulator(
        seed=options.seed,
        size=options.size,
        port=options.port,
        calls_per_minute=options.calls_per_minute,
        calls_per_day=options.calls_per_day,
        data_center=options.data_center,
        odd_accounts=options.odd_accounts,
    ) as zoho:
        sys.stdout.write(f"{zoho.url}\n")
        sys.stdout.flush()
        stopped.wait()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m source_zoho.emulator", description="An offline Zoho on loopback.")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--seed", type=int, default=7, help="which world to make")
    parser.add_argument("--size", choices=SIZES, default="small", help="how many records")
    parser.add_argument("--calls-per-minute", type=int, default=100, help="Zoho's limit per organization")
    parser.add_argument("--calls-per-day", type=int, default=10_000, help="Zoho's limit per organization and day")
    parser.add_argument("--data-center", default="us", help="where the grant was made")
    parser.add_argument("--odd-accounts", action="store_true", help="add one without Billing and one without records")
    parser.add_argument("--coverage", action="store_true", help="print what is emulated, and stop")
    return parser.parse_args()


if __name__ == "__main__":
    main()
