"""How do deliveries leave by themselves while somebody plays with the emulator?"""

from __future__ import annotations

import threading
from collections.abc import Callable


class Background:
    """A thread that delivers what is due, again and again, until it is stopped."""

    def __init__(self, deliver: Callable[[], object]) -> None:
        """Prepare to call *deliver*."""
        self._deliver = deliver
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def is_running(self) -> bool:
        """Tell whether deliveries leave by themselves."""
        return self._thread is not None

    def start(self, every: float) -> None:
        """Deliver every so many seconds from now on."""
        if self._thread is None:
            self._stop.clear()
            self._thread = threading.Thread(target=self._run, args=(every,), daemon=True, name="zoho-webhooks")
            self._thread.start()

    def stop(self) -> None:
        """Stop after the delivery that is under way."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self, every: float) -> None:
        while not self._stop.wait(every):
            self._deliver()
