"""How does a sync become a page that opens in any browser, without network?"""

from __future__ import annotations

from datetime import UTC
from functools import cache
from importlib.metadata import version
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template

from source_zoho.cli.sync.view import View

_TEMPLATE = Path(__file__).with_name("page.html")


def page(view: View) -> str:
    """Return the page: one HTML document without scripts, whose own policy forbids it to load anything."""
    return _template().render(
        view=view,
        sync=view.sync,
        verdict=view.verdict,
        failed=view.failed,
        failures=view.failures,
        warnings=view.warnings,
        organizations=view.organizations,
        version=version("source-zoho"),
        utc=UTC,
    )


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    return environment.from_string(_TEMPLATE.read_text("utf-8"))
