"""Does what the emulator's README shows work?"""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).parents[2] / "source_zoho" / "emulator" / "README.md"


def test_the_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, object] = {}

    exec(compile(example, str(README), "exec"), names)

    invoice = names["invoice"]
    assert isinstance(invoice, dict)
    assert invoice["invoice_id"]
