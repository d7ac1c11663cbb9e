"""What does a sync leave behind that is killed in the middle?"""

from __future__ import annotations

import signal
import subprocess
import threading
from pathlib import Path

from integration_tests.builders import Run, environment, heard
from source_zoho.emulator import Emulator

LONGER_THAN_THE_CDK_HOLDS_BACK_SECONDS = 0.2  # 0.1 in airbyte_cdk/utils/print_buffer.py
PATIENCE_SECONDS = 300  # only so that a hanging command fails its test instead of holding it for ever


def run_until_the_first_checkpoint(
    command: list[str], folder: Path, zoho: Emulator, path: str, calls: int, by: signal.Signals = signal.SIGKILL
) -> tuple[Run, int]:
    """
    Run the real command, end it *by* a signal when it writes its first state; return what it had written, and its exit
    code.

    However slowly the state is written, the read cannot end before: Zoho holds the *calls*-th call of *path*. The CDK
    writes when there is more to write and the last time is a while ago, so the call before is answered a little later:
    what it brings pushes out what came before it.
    """
    dead = threading.Event()
    zoho.on_call(calls - 1, lambda _: dead.wait(LONGER_THAN_THE_CDK_HOLDS_BACK_SECONDS), path=path)
    zoho.on_call(calls, lambda _: dead.wait(PATIENCE_SECONDS), path=path)
    with subprocess.Popen(
        command, cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.startswith('{"type":"STATE"'):
                break
        process.send_signal(by)
        exit_code = process.wait(PATIENCE_SECONDS)
        dead.set()
    return heard(lines), exit_code
