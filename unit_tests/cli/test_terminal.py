"""Is there one way to stop a long command, whatever asks for it?"""

from __future__ import annotations

import signal

import pytest

from source_zoho.cli.terminal import terminate_like_interrupt


def test_sigterm_ends_a_command_the_way_ctrl_c_does() -> None:
    before = signal.getsignal(signal.SIGTERM)

    with pytest.raises(KeyboardInterrupt), terminate_like_interrupt():
        signal.raise_signal(signal.SIGTERM)

    assert signal.getsignal(signal.SIGTERM) == before
