"""Does the sign-in's own server send people on, believe one answer only, and keep the code off the screen?"""

from __future__ import annotations

import errno
from urllib.parse import urlencode

import pytest

from source_zoho.cli import login_browser
from source_zoho.cli.login_browser import Desk, in_words, open_browser
from source_zoho.errors import ConfigProblem, Transient
from source_zoho.oauth.consent import Consent

URI = "http://127.0.0.1:8914/callback"


class Terminal:
    """Hears what is said."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def say(self, sentence: str) -> None:
        self.heard.append(sentence)


@pytest.fixture
def terminal() -> Terminal:
    return Terminal()


@pytest.fixture
def desk(terminal: Terminal) -> Desk:
    return Desk(Consent.new("1000.CLIENT", URI, ["ZohoBooks.settings.READ"]), "https://accounts.zoho.eu", terminal.say)


def callback(desk: Desk, **told: str) -> str:
    return f"/callback?{urlencode({'state': desk.consent.state, **told})}"


def test_the_front_page_leads_to_zoho(desk: Desk) -> None:
    reply = desk.answer("/")

    assert reply.status == 302
    assert reply.location == desk.consent.url("https://accounts.zoho.eu")


def test_an_answer_is_taken_once_and_its_code_leaves_the_address_at_once(desk: Desk) -> None:
    reply = desk.answer(callback(desk, code="1000.c", location="eu"))

    assert (reply.status, reply.location, reply.page) == (303, "/done", "")
    assert desk.wait(0).code == "1000.c"
    again = desk.answer(callback(desk, code="1000.other"))
    assert again.status == 410
    assert "This sign-in is over" in again.page
    assert desk.answer("/").status == 410
    assert desk.wait(0).code == "1000.c"


def test_the_last_page_tells_how_it_ended(desk: Desk) -> None:
    desk.answer(callback(desk, code="1000.c"))
    desk.note_sent(desk.answer("/nowhere"))
    desk._seen.set()

    desk.conclude("<p>the end</p>")

    reply = desk.answer("/done")
    assert (reply.status, reply.page, reply.is_last) == (200, "<p>the end</p>", True)


def test_an_answer_of_another_sign_in_is_told_and_ignored(desk: Desk, terminal: Terminal) -> None:
    reply = desk.answer("/callback?state=older&code=1000.c")

    assert reply.status == 400
    assert "not the sign-in that is waiting" in reply.page
    assert terminal.heard[0].startswith("An answer came in that does not belong to this sign-in")
    desk.answer(callback(desk, code="1000.right"))
    assert desk.wait(0).code == "1000.right"


def test_a_refusal_ends_the_wait_with_its_remedy(desk: Desk) -> None:
    desk.answer(callback(desk, error="access_denied"))

    with pytest.raises(ConfigProblem, match="choose Accept"):
        desk.wait(0)


def test_a_challenge_that_is_refused_is_left_out_the_second_time(desk: Desk) -> None:
    first = desk.consent
    reply = desk.answer(callback(desk, error="invalid_request"))

    assert (reply.status, reply.location) == (302, "/")
    assert "code_challenge" not in desk.answer("/").location
    desk.answer(callback(desk, code="1000.c"))
    assert desk.wait(0).code == "1000.c"
    assert desk.consent.verifier == ""
    assert desk.consent.state != first.state


def test_nobody_who_comes_is_told_with_what_zohos_page_may_say(desk: Desk) -> None:
    with pytest.raises(Transient, match="Nobody came back from Zoho's page within 0 seconds") as raised:
        desk.wait(0)

    for words in ("Invalid Client", "Invalid Redirect Uri", URI, "Invalid OAuth Scope", "--self-client"):
        assert words in str(raised.value)


def test_there_is_nothing_else(desk: Desk) -> None:
    assert desk.answer("/favicon.ico").status == 404


def test_seconds_are_told_as_people_say_them() -> None:
    assert [in_words(each) for each in (1, 60, 90, 300)] == ["1 seconds", "60 seconds", "90 seconds", "5 minutes"]


def test_ports_that_cannot_be_opened_are_told_with_the_ways_on() -> None:
    taken = login_browser._port_problem(8914, OSError(errno.EADDRINUSE, "Address already in use"))
    forbidden = login_browser._port_problem(80, OSError(errno.EACCES, "Permission denied"))

    assert taken.startswith("Port 8914 is taken; choose another one with --port")
    assert forbidden.startswith("Port 80 cannot be opened (Permission denied)")
    assert "--self-client" in taken


def test_a_browser_that_cannot_be_opened_is_told(monkeypatch: pytest.MonkeyPatch, terminal: Terminal) -> None:
    monkeypatch.setattr("webbrowser.open", lambda url: False)
    monkeypatch.setattr("threading.Thread", AtOnce)

    open_browser("http://127.0.0.1:8914/", terminal.say)

    assert terminal.heard == [
        "No browser could be opened. Open http://127.0.0.1:8914/ yourself, in a browser on this machine."
    ]


class AtOnce:
    """A thread that does not wait to be scheduled."""

    def __init__(self, target: object, **_: object) -> None:
        self._target = target

    def start(self) -> None:
        assert callable(self._target)
        self._target()
