"""
How does a sign-in in the browser come back to the terminal?

A small server on this machine only. Its front page sends the browser to Zoho's consent page, so that people copy a
short address; Zoho sends it back to /callback, and from there it goes to /done at once, since the address of the
callback has a code in it that should not stay on the screen or in the history.
"""

import errno
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from source_zoho.cli import login_page
from source_zoho.errors import ConfigProblem, Transient, ZohoError
from source_zoho.oauth.consent import Callback, ChallengeRefused, Consent, StrayCallback, read_callback

LOOPBACK = "127.0.0.1"
HOST = "localhost"  # Zoho's console takes it in a redirect URI; of the number nobody has told
CALLBACK_PATH, DONE_PATH = "/callback", "/done"
_IDLE_SECONDS = 30  # browsers open connections that they do not use
_PATIENCE_SECONDS = 150  # for the trade of a code and its calls, which take seconds
_FAREWELL_SECONDS = 5


def redirect_uri(port: int) -> str:
    """Return the address that has to be registered with the client."""
    return f"http://{HOST}:{port}{CALLBACK_PATH}"  # ignore-https-check


def in_words(seconds: float) -> str:
    """Return *seconds* as people say them."""
    return f"{seconds / 60:g} minutes" if seconds % 60 == 0 and seconds > 60 else f"{seconds:g} seconds"


class ClosedPort(ConfigProblem):
    """The address that Zoho would send the browser back to cannot be served."""


@dataclass(frozen=True)
class Reply:
    """What the browser gets: a page, or another address."""

    status: int
    page: str = ""
    location: str = ""
    is_last: bool = False


@dataclass
class Desk:
    """
    Waits for the one answer to *consent*, asked for at *accounts_url*.

    *notice* hears a sentence for the terminal. Answers that belong to another sign-in are ignored: anybody who can
    open a page in this browser could send them.
    """

    consent: Consent
    accounts_url: str
    notice: Callable[[str], None]
    _outcome: Callback | ZohoError | None = None
    _page: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _came: threading.Event = field(default_factory=threading.Event)
    _concluded: threading.Event = field(default_factory=threading.Event)
    _seen: threading.Event = field(default_factory=threading.Event)

    def answer(self, target: str) -> Reply:
        """Answer a browser that asks for *target*."""
        parts = urlsplit(target)
        if parts.path == "/":
            with self._lock:
                return Reply(410, login_page.over()) if self._outcome else Reply(302, location=self._consent_url())
        if parts.path == CALLBACK_PATH:
            with self._lock:
                return self._back(_told_once(parts.query))
        if parts.path == DONE_PATH:
            is_over = self._concluded.wait(_PATIENCE_SECONDS)
            return Reply(200, self._page, is_last=True) if is_over else Reply(504, login_page.over())
        return Reply(404, login_page.not_here())

    def wait(self, seconds: float) -> Callback:
        """Return what Zoho answered. Raises ZohoError: its refusal, or that nobody came."""
        if not self._came.wait(seconds):
            raise Transient(_NOBODY_CAME.format(time=in_words(seconds), uri=self.consent.redirect_uri))
        if isinstance(self._outcome, ZohoError):
            raise self._outcome
        assert self._outcome is not None  # noqa: S101  set before the event; this tells the type checker
        return self._outcome

    def conclude(self, page: str) -> None:
        """Show *page* to the browser, and give it a moment to come for it."""
        self._page = page
        self._concluded.set()
        if self._came.is_set():
            self._seen.wait(_FAREWELL_SECONDS)

    def note_sent(self, reply: Reply) -> None:
        """Remember that *reply* has reached the browser."""
        if reply.is_last:
            self._seen.set()

    def _back(self, told: dict[str, str]) -> Reply:
        if self._outcome:
            return Reply(410, login_page.over())
        try:
            self._outcome = read_callback(self.consent, told)
        except StrayCallback as error:
            self.notice(str(error))
            return Reply(400, login_page.stray())
        except ChallengeRefused:
            self.consent = self.consent.without_challenge()
            return Reply(302, location="/")
        except ZohoError as error:
            self._outcome = error
        self._came.set()
        return Reply(303, location=DONE_PATH)

    def _consent_url(self) -> str:
        return self.consent.url(self.accounts_url)


@contextmanager
def served(desk: Desk, port: int) -> Iterator[str]:
    """Serve *desk* on this machine while the block runs; yields the address to open. Raises ClosedPort."""
    try:
        server = _Server(port, desk)
    except OSError as error:
        raise ClosedPort(_port_problem(port, error)) from None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True, name="login")
    thread.start()
    try:
        yield f"http://{HOST}:{port}/"  # ignore-https-check
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def open_browser(url: str, notice: Callable[[str], None]) -> None:
    """Open *url* in the user's browser without waiting for it; *notice* hears when there is none."""

    def open_it() -> None:
        try:
            opened = webbrowser.open(url)
        except (webbrowser.Error, OSError):
            opened = False
        if not opened:
            notice(f"No browser could be opened. Open {url} yourself, in a browser on this machine.")

    threading.Thread(target=open_it, daemon=True, name="browser").start()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, port: int, desk: Desk) -> None:
        super().__init__((LOOPBACK, port), _Handler)
        self.desk = desk
        self.hosts = {f"{LOOPBACK}:{port}", f"localhost:{port}"}

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing about browsers that hang up."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    server_version, sys_version = "source-zoho", ""
    timeout = _IDLE_SECONDS

    def do_GET(self) -> None:
        # A page of a stranger's whose name leads to this machine would come with that name.
        is_ours = self.headers.get("Host", "") in self.server.hosts
        reply = self.server.desk.answer(self.path) if is_ours else Reply(404, login_page.not_here())
        body = reply.page.encode()
        self.send_response(reply.status)
        for name, value in login_page.HEADERS.items():
            self.send_header(name, value)
        if reply.location:
            self.send_header("Location", reply.location)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
        self.server.desk.note_sent(reply)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's signature
        """Keep quiet: the address of the callback has a code in it."""


def _told_once(query: str) -> dict[str, str]:
    """Return the parameters of *query*; Zoho tells each once, so that an answer with two of a kind is a stranger's."""
    told = parse_qsl(query)
    return dict(told) if len({name for name, _ in told}) == len(told) else {}


def _port_problem(port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        reason = f"Port {port} is taken"
    else:
        reason = f"Port {port} cannot be opened ({error.strerror})"
    address = f"http://{HOST}:PORT{CALLBACK_PATH}"  # ignore-https-check
    return (
        f"{reason}; choose another one with --port, and add its redirect URI ({address}) to the client in Zoho's API "
        "console. Or use --self-client, which needs no port."
    )


_NOBODY_CAME = (
    "Nobody came back from Zoho's page within {time}, so nothing was written. If Zoho's page shows an "
    "error: Invalid Client means that the client ID is wrong or of another data centre (--data-center); Invalid "
    "Redirect Uri, that the client lacks {uri}; Invalid OAuth Scope, that Zoho does not know one of the scopes "
    "(--without-scope). Then run `source-zoho login` again, or use --self-client if the browser is on another machine."
)
