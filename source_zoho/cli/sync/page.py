"""How does a sync become a page that opens in any browser, without network?"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from source_zoho.cli.sync.view import View

_TEMPLATE = Path(__file__).with_name("page.html")


def page(view: View) -> str:
    """Return the page: one HTML document without scripts, whose own policy forbids it to load anything."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    template = environment.from_string(_TEMPLATE.read_text("utf-8"))
    return template.render(view=view, sync=view.sync, total=view.rows, version=version("source-zoho"))
