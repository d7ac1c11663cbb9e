"""
What do our own tables say about a stream, and about a field wherever it occurs?

- `schema_sources.yaml` and `schema_sources_*.yaml`: where the rows of a stream are described;
- `glossary.yaml`: what a field means, in any product but those that stand alone; `glossary_<product>.yaml`: the same
  for one product, and it wins;
- `glossary_streams.yaml` and `glossary_streams_*.yaml`: the same for one stream, or for all whose names fit a pattern
  such as `books_*_comments`.

A stream stands in one table only, so that nobody looks for it in vain, and its product is the first word of its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import rich_click as click

from tasks.zoho_openapi import read_document

HERE = Path(__file__).parent

# Zoho's finance products share their organizations and their language; CRM has neither in common with them. A token
# sees one organization of CRM, so rows do not name it, and what a source is to an invoice it is not to a rule.
STANDS_ALONE = frozenset({"crm"})

OWN_KEY = "Identifies the record within its organization."

Word = Mapping[str, Any]


@dataclass(frozen=True)
class Tables:
    """The hand-written tables: streams, groups of fields, words of each product ("" for all), exceptions by stream."""

    streams: Mapping[str, Mapping[str, Any]]
    groups: Mapping[str, list[str]]
    words: Mapping[str, Mapping[str, Word]]
    exceptions: Mapping[str, Mapping[str, Word]]

    @classmethod
    def load(cls, folder: Path = HERE) -> Tables:
        """Read the tables from *folder*."""
        sources = [(path, read_document(path)) for path in sorted(folder.glob("schema_sources*.yaml"))]
        exceptions = [(path, read_document(path)) for path in sorted(folder.glob("glossary_streams*.yaml"))]
        streams = unite((path, table.get("streams", {})) for path, table in sources)
        return cls(
            streams,
            unite((path, table.get("groups", {})) for path, table in sources),
            {
                "": read_document(folder / "glossary.yaml"),
                **product_words(folder, {product_of(name) for name in streams}),
            },
            unite(exceptions),
        )

    def source(self, stream: str) -> Mapping[str, Any]:
        """Return the row of *stream*; its key is that of the stream that it is like, unless it names its own."""
        row = self.streams[stream]
        return {"key": self.source(row["like"])["key"], **row} if "like" in row else row

    def word(self, stream: str, path: str) -> Word:
        """Return what is known of the field at *path*: the general word, overlaid by what is ever more particular."""
        name = path.rpartition(".")[2]
        own_key = {"about": OWN_KEY} if path in self.source(stream)["key"][:1] else {}
        product = product_of(stream)
        general = {} if product in STANDS_ALONE else self.words[""].get(name, {})
        particular = self.words.get(product, {}).get(name, {})
        return {**general, **particular, **own_key, **self.exception(stream, path)}

    def exception(self, stream: str, path: str) -> Word:
        """Return what differs in *stream*: by the stream that it is like, then by patterns, then by its own name."""
        like = self.streams[stream].get("like")
        inherited = self.exception(like, path) if like else {}
        patterns = (words for name, words in self.exceptions.items() if "*" in name and fnmatchcase(stream, name))
        fitting = {key: value for words in patterns for key, value in words.get(path, {}).items()}
        return {**inherited, **fitting, **self.exceptions.get(stream, {}).get(path, {})}


def product_of(stream: str) -> str:
    """Return the product that *stream* belongs to, which is also the name of its folder of OpenAPI files."""
    return stream.partition("_")[0]


def first_fields(stream: str) -> list[str]:
    """Return the fields that rows of *stream* have before all others."""
    return [] if product_of(stream) in STANDS_ALONE else ["organization_id"]


def product_words(folder: Path, products: set[str]) -> dict[str, Mapping[str, Word]]:
    """Return the words of each product that has a glossary of its own."""
    files = {product: folder / f"glossary_{product}.yaml" for product in sorted(products)}
    return {product: read_document(path) for product, path in files.items() if path.exists()}


def unite(tables: Iterator[tuple[Path, Mapping[str, Any]]] | list[tuple[Path, dict[str, Any]]]) -> dict[str, Any]:
    """Return the rows of all *tables* as one; a name may stand in one of them only."""
    union: dict[str, Any] = {}
    for path, table in tables:
        if twice := sorted(union.keys() & table.keys()):
            raise click.ClickException(f"{path.name}: {', '.join(twice)} stands in another table too; keep one.")
        union.update(table)
    return union
