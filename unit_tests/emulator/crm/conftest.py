"""Which CRM do unit tests call? That of the small emulator whose clock stands still."""

from __future__ import annotations

import pytest

from source_zoho.emulator import Emulator
from unit_tests.emulator.crm.crm_caller import CrmCaller
from unit_tests.emulator.crm.watch_caller import WatchCaller


@pytest.fixture
def crm(zoho: Emulator) -> CrmCaller:
    return CrmCaller(zoho)


@pytest.fixture
def watch(zoho: Emulator, crm: CrmCaller) -> WatchCaller:
    zoho.crm.behave("notification_channels", size=0)
    return WatchCaller(crm)
