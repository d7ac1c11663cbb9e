"""Which pages does the documentation have, and what stands on them?"""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
PAGE = ROOT / "docs" / "integrations" / "sources" / "zoho.md"
SURPRISES = ROOT / "docs" / "surprises.md"
DEVELOPMENT = ROOT / "docs" / "development.md"
BENCHMARKS = ROOT / "docs" / "benchmarks.md"
IMAGE = ROOT / "docs" / "image.md"
WEBHOOKS = ROOT / "docs" / "webhooks.md"
SETUP = ROOT / "docs" / "setup.md"
OPERATING = ROOT / "docs" / "operating.md"
QUOTAS = ROOT / "docs" / "quotas.md"
TROUBLESHOOTING = ROOT / "docs" / "troubleshooting.md"
MIGRATIONS = PAGE.with_name("zoho-migrations.md")
EMULATOR = ROOT / "source_zoho" / "emulator" / "README.md"
EXAMPLES = sorted((ROOT / "examples").rglob("README.md"))
PAGES = [
    *(README, PAGE, MIGRATIONS, SURPRISES, DEVELOPMENT, BENCHMARKS, IMAGE, WEBHOOKS),
    *(SETUP, OPERATING, QUOTAS, TROUBLESHOOTING),
    *(ROOT / "CHANGELOG.md", EMULATOR, *EXAMPLES),
]


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[str]:
    """Return the code blocks of *page* in *language*, without the indentation of the list that they stand in."""
    fenced = re.findall(rf"^( *)```{language}\b[^\n]*\n(.*?)^ *```$", text_of(page), re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in fenced]


def prose(page: Path) -> list[str]:
    """Return the lines of *page* outside code blocks."""
    return re.sub(r"^ *```.*?^ *```$", "", text_of(page), flags=re.MULTILINE | re.DOTALL).splitlines()
