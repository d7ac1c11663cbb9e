"""Which flags are there, how is each verb called rightly, and which values are wrong although their form is right?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import rich_click as click

from source_zoho.cli import app
from source_zoho.cli.protocol import VERBS

CONFIG = {
    "data_center": "us",
    "client_id": "1000.CLIENT",
    "client_secret": "hush-client",
    "refresh_token": "1000.hush.refresh",
    "crm_notification_token": "hush-token",
}
CATALOG = {
    "streams": [
        {
            "stream": {"name": "books_bills", "json_schema": {}, "supported_sync_modes": ["full_refresh"]},
            "sync_mode": "full_refresh",
            "destination_sync_mode": "overwrite",
        }
    ]
}
STATE: list[Any] = [
    {"type": "STREAM", "stream": {"stream_descriptor": {"name": "books_bills"}, "stream_state": {"states": []}}}
]
STORE = ("--store", "sqlite:///events.db")
CONFIGURED = ("--config", "good.json")

# How each verb is called when nothing is wrong: a flag is looked at in this company.
RIGHTLY: dict[str, tuple[str, ...]] = {
    "demo": (),
    "sandbox": ("--config", "new.json"),
    "login": ("--self-client", "--accounts-url", "http://127.0.0.1:9", "--output", "new.json"),
    "doctor": CONFIGURED,
    "plan": CONFIGURED,
    "land": CONFIGURED,
    "counts": CONFIGURED,
    "report": ("--from", "out.jsonl"),
    "webhooks serve": (*STORE, "--allow-unsigned", "crm", "--port", "0"),
    "webhooks test": (*CONFIGURED, "--url", "http://127.0.0.1:9", "--product", "crm"),
    "webhooks stats": STORE,
    "webhooks prune": (*STORE, "--older-than", "30d"),
    "webhooks replay": (*STORE, "--from", "1", "--yes"),
    "webhooks subscribe": (*CONFIGURED, *STORE, "--notify-url", "https://hooks.example.com/webhooks/crm"),
    "webhooks status": (*CONFIGURED, *STORE),
    "webhooks renew": (*CONFIGURED, *STORE),
    "webhooks unsubscribe": (*CONFIGURED, *STORE, "--all"),
}


@dataclass(frozen=True)
class Flag:
    """A flag of a verb."""

    verb: str
    name: str
    option: click.Option

    def __str__(self) -> str:
        return f"{self.verb} {self.name}"

    @property
    def company(self) -> list[str]:
        """Return how the verb is called rightly, without this flag."""
        words, without = list(RIGHTLY[self.verb]), []
        while words:
            word = words.pop(0)
            value = [words.pop(0)] if words and not words[0].startswith("--") else []
            without += [] if word in self.option.opts else [word, *value]
        return [*self.verb.split(), *without]


def commands(command: Any = app, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield every verb for people with its command, groups too; the protocol's have their own test."""
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            if name not in VERBS:
                yield from commands(each, (*path, name))
    yield " ".join(path), command


def flags() -> list[Flag]:
    """Return every flag of every verb."""
    return [
        Flag(verb, parameter.opts[0], parameter)
        for verb, command in commands()
        if verb in RIGHTLY
        for parameter in command.params
        if isinstance(parameter, click.Option) and parameter.name != "help"
    ]


# ── files that are read ──

READ = {"--config": "configuration", "--catalog": "catalog", "--state": "state", "--plan": "plan"}
# Lines of an output, of which a file may hold any.
LINES = ("--from", "--last")
FILES: dict[str, tuple[bytes, str]] = {
    "empty.json": (b"", "is empty"),
    "blank.json": (b" \n", "is empty"),
    "wide.json": (json.dumps(CONFIG).encode("utf-16"), "it is UTF-16, as PowerShell writes what it redirects"),
    "marked.json": (json.dumps(CONFIG).encode("utf-8-sig"), "begins with a byte order mark"),
    "latin.json": (b'{"client_secret": "\xe4hush"}', "it is not UTF-8 text"),
    "zeros.json": (b"\0\0\0\0", "is not valid JSON at line 1, column 1"),
    "cut.json": (b'{"client_secret": "hush', "is not valid JSON at line 1"),
    "config.yaml": (b"client_secret: hush", "is not valid JSON at line 1"),
    "deep.json": (b"[" * 100_000, "holds more digits or brackets than it can mean"),
    "digits.json": (b"[" + b"1" * 10_000 + b"]", "holds more digits or brackets than it can mean"),
}
OTHERS: dict[str, tuple[Any, str]] = {
    "list.json": ([1], ""),
    "text.json": ("hush", ""),
    "null.json": (None, ""),
    "number.json": (3, ""),
    "other.json": ({"hush": 1}, ""),
    "a-config.json": (CONFIG, "configuration"),
    "a-catalog.json": (CATALOG, "catalog"),
    "a-state.json": (STATE, "state"),
    "a-message.json": ({"type": "LOG", "log": {"message": "hush"}}, "message"),
}
PLACES = {
    "nowhere.json": "There is no {what} file at nowhere.json",
    "folder": "cannot be read (Is a directory)",
    "good.json/x.json": "cannot be read (Not a directory)",
}


def lay_out(folder: Path) -> None:
    """Write every file that the verbs are given."""
    (folder / "folder").mkdir()
    documents = {"good.json": CONFIG, "catalog.json": CATALOG, **{name: each for name, (each, _) in OTHERS.items()}}
    for name, document in documents.items():
        (folder / name).write_text(json.dumps(document), "utf-8")
    for name, (content, _) in FILES.items():
        (folder / name).write_bytes(content)
    (folder / "out.jsonl").write_text('{"type":"LOG","log":{"level":"INFO","message":"hello"}}\n', "utf-8")


# ── values whose form is right ──

HOSTS = (
    "x",
    "http://",
    "ftp://127.0.0.1",
    "http://[::1",
    "http://127.0.0.1:99999",
    "http://a b/",
    "http://" + "x" * 70,
)
A_STORE = {
    "x": "The URL of the event store cannot be read; expected one such as sqlite:///",
    "mysql://u:hush@host/d": "begins with mysql://, and there is no store of that kind",
    "postgresql://u:hush@[::1/d": "The URL of the event store cannot be read",
    "sqlite://": "is to be in memory, where nothing lasts",
    "sqlite:///nowhere/events.db": "does not exist",
    "sqlite:///folder": "cannot be opened; it has to be a file",
    "sqlite:///good.json": "is not an SQLite file",
}
AN_OUTPUT = {
    "nowhere/new.json": "cannot be written (No such file or directory); name another file with",
    "good.json/new.json": "cannot be written (Not a directory); name another file with",
    "folder": "is a",
}
ANY = "every text is right as far as can be told here"
Wrong = dict[str, str] | str

VALUES: dict[str, Wrong] = {
    "demo --dir": {
        "good.json": "is a file",
        "good.json/x": "The folder good.json/x cannot be used (Not a directory); name another one with --dir.",
    },
    "sandbox --config": {
        **AN_OUTPUT,
        "good.json": "was not made by a sandbox, so it stays",
        "deep.json": "so it stays",
    },
    "sandbox --webhooks": dict.fromkeys(("x", "http://[::1", "http://example.com/"), "The webhooks cannot be set up"),
    "login --data-center": dict.fromkeys(("EU", "com", "europe"), "expected one of: us, eu, in"),
    "login --products": dict.fromkeys(("desk", "Books", ","), "expected one or more of: books, billing, crm"),
    "login --streams": {
        "books_bill": "did you mean books_bills",
        ",": "--streams names nothing; expected streams such",
    },
    "login --with-scope": {"everything": "--with-scope names everything; expected scopes such as"},
    "login --without-scope": {"ZohoDesk.x.READ": "which would not be asked for"},
    "login --output": {**AN_OUTPUT, "list.json": "so it stays as it is", "a-catalog.json": "holds a catalog"},
    "login --client-id": ANY,
    "login --accounts-url": dict.fromkeys((*HOSTS, "https://u:hush@example.com"), "so it is given no secret"),
    "login --config": {"good.json": "--config belongs to --revoke"},
    "doctor --stream": {"books_bill": "did you mean books_bills", "nonsense": "is no stream of this configuration"},
    "land --streams": {",": "--streams names nothing; expected streams such as"},
    "land --database": AN_OUTPUT,
    "land --messages": {**AN_OUTPUT, "good.json": "is the file of --config and would be replaced"},
    "counts --stream": {
        "books_bill": "Did you mean books_bills",
        "crm_leads": "--stream takes one of: billing_addons,",
    },
    "report --output": AN_OUTPUT,
    "webhooks serve --host": dict.fromkeys(("192.0.2.1", "x" * 300, "a..b"), "This machine has no address"),
    "webhooks test --url": dict.fromkeys(HOSTS, "--url is no address; expected one such as https://hooks.example.com"),
    "webhooks test --organization": ANY,
    "webhooks test --store": A_STORE,
    "webhooks stats --store": A_STORE,
    "webhooks prune --store": A_STORE,
    "webhooks prune --older-than": dict.fromkeys(("x", "30", "-5d", "99999d"), "is no stretch of time; expected"),
    "webhooks replay --store": A_STORE,
    "webhooks replay --since": {
        "x": "is no moment; expected one such as 2026-03-01T08:00:00Z",
        "2026-01-01": "does not say where; expected a moment with Z or an offset",
        "0001-01-01T00:00:00+14:00": "is outside of the calendar",
        "2026-01-01T00:00:00Z": "Say which events",
    },
    "webhooks replay --until": {"x": "is no moment; expected one such as", "2026-01-01T00:00:00Z": "Say which events"},
    "webhooks serve --store": {name: said for name, said in A_STORE.items() if "nowhere" not in name},
    "webhooks subscribe --store": {**A_STORE, "sqlite:///nowhere/events.db": "cannot be made: there is no folder"},
    "webhooks subscribe --notify-url": {
        **dict.fromkeys(
            HOSTS, "--notify-url is no address; expected one such as https://hooks.example.com/webhooks/crm"
        ),
        "http://example.com/webhooks/crm": "--notify-url must begin with https://",
    },
    "webhooks subscribe --events": {"Leads.fly": "'Leads.fly' is no event; expected a module's API name, a point and"},
    "webhooks subscribe --modules": ANY,
    "webhooks status --store": A_STORE,
    "webhooks renew --store": A_STORE,
    "webhooks renew --when-less-than": dict.fromkeys(("x", "2"), "is no stretch of time; expected a number with w, d"),
    "webhooks unsubscribe --store": A_STORE,
    "webhooks unsubscribe --channel": {"1": "Say which channels", "x": "Say which channels"},
}

TOGETHER: dict[str, str] = {
    "login --products books --streams books_bills": "Name --products or --streams, not both",
    "login --revoke": "--revoke ends the refresh token of a configuration: name it with --config FILE",
    "login --revoke --config good.json --output new.json": "--revoke takes nothing but --config: leave out --output",
    "login --revoke --config good.json --self-client --port 9000": "leave out --self-client, --port",
    "login --self-client --port 9000": "--self-client opens no browser and no port: leave out --port, or --self-client",
    "login --self-client --no-browser --wait-seconds 5": "leave out --no-browser, --wait-seconds",
    "doctor --config good.json --no-streams --stream books_bills": "--no-streams asks about no stream: leave out",
    "doctor --config good.json --no-streams --all": "leave out --all, or --no-streams",
    "webhooks renew --config good.json --store sqlite:///events.db --all --when-less-than 1d": "leave out --when-less",
    "webhooks replay --store sqlite:///events.db --from 5 --to 3": "Say which events",
    "webhooks replay --store sqlite:///events.db --from 5 --since 2026-01-01T00:00:00Z": "Say which events",
    "webhooks replay --store sqlite:///events.db": "Say which events",
    "webhooks unsubscribe --config good.json": "Say which channels",
    "webhooks test --url http://127.0.0.1:9 --product books": "--organization is ''; expected the organization's id",
    "webhooks test --url http://127.0.0.1:9 --product billing --organization x": "--organization is 'x'; expected",
    "webhooks stats": "No event store is named: give --store URL",
    "webhooks serve --store sqlite:///events.db": "There is no secret to know Zoho's deliveries by: set SOURCE_ZOHO_",
    "webhooks serve --allow-unsigned crm": "No event store is named",
}
