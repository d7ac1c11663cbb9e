"""Does what the emulator's README shows work?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import cast

from source_zoho.emulator.webhooks.outbox import Delivery

README = Path(__file__).parents[2] / "source_zoho" / "emulator" / "README.md"


def test_the_examples_run_one_after_the_other() -> None:
    examples = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}

    for example in examples:
        exec(compile(example, str(README), "exec"), names)

    assert len(examples) == 3
    assert names["spent"] == 0
    invoice = names["invoice"]
    assert isinstance(invoice, dict)
    assert invoice["invoice_id"]
    (attempt,) = cast("list[Delivery]", names["attempts"])
    assert (attempt.record_id, attempt.status) == (invoice["invoice_id"], None)
