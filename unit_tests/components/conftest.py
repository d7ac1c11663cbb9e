"""What does every test of a component start from? A process in which nothing has been read yet."""

from __future__ import annotations

import threading

import pytest

from source_zoho.components import checkpoints, errors, event_stores


@pytest.fixture(autouse=True)
def a_process_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody merge checkpoints but who says so, and no notes, stores and calls be left from other tests."""
    event_stores.forget()
    monkeypatch.setattr(errors, "_sending", threading.local())
    monkeypatch.setattr(checkpoints, "_somebody_merges", threading.Event())
    monkeypatch.setattr(checkpoints, "_notes", {})
