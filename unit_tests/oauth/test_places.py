"""Is the data centre found by itself, and is nobody but Zoho ever given the secret?"""

from __future__ import annotations

import pytest

from source_zoho.data_centers import DATA_CENTERS
from source_zoho.errors import ConfigProblem
from source_zoho.oauth.calls import Answer
from source_zoho.oauth.places import Place, place_told, places_to_try

SANDBOX = "http://127.0.0.1:8080"
US = Place.of("us")


def nobody(url: str) -> Answer:
    raise AssertionError(f"{url} was asked")


def test_the_accounts_server_of_the_answer_names_the_data_centre() -> None:
    assert place_told(US, "eu", "https://accounts.zoho.eu", nobody) == Place.of("eu")
    assert place_told(US, "", "https://accounts.zohocloud.ca/", nobody) == Place.of("ca")


def test_a_location_alone_names_it_too() -> None:
    assert place_told(US, "in", "", nobody) == Place.of("in")


def test_an_answer_that_names_none_stays_where_it_was_asked_for() -> None:
    assert place_told(US, "", "", nobody) == US


@pytest.mark.parametrize(
    "server",
    [
        "https://accounts.zoho.eu.example.com",
        "https://evil.example",
        "http://accounts.zoho.eu",
        "https://accounts.zoho.eu@evil.example",
        "http://127.0.0.1:6666",
        "https://www.zohoapis.eu",
    ],
)
def test_a_strangers_server_is_given_nothing(server: str) -> None:
    assert place_told(US, "eu", server, nobody).accounts_url == "https://accounts.zoho.eu"
    with pytest.raises(ConfigProblem, match="nothing was sent there"):
        place_told(US, "", server, nobody)


def test_a_location_of_another_name_is_looked_up_at_zoho() -> None:
    asked = []

    def info(url: str) -> Answer:
        asked.append(url)
        locations = {"gb": "https://accounts.zoho.uk", "xx": "https://evil.example"}
        return Answer(200, {"result": "success", "locations": locations})

    assert place_told(US, "gb", "", info) == Place.of("uk")
    assert asked == ["https://accounts.zoho.com/oauth/serverinfo"]
    with pytest.raises(ConfigProblem, match="data centre 'xx'"):
        place_told(US, "xx", "https://evil.example", info)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(reason="ConnectionError"), "ConnectionError"),
        (Answer(503, reason="HTTP 503 without JSON"), "HTTP 503 without JSON"),
        (Answer(200), "it has no locations"),
        (Answer(200, {}), "it has no locations"),
        (Answer(200, {"locations": []}), "it has no locations"),
        (Answer(200, [{"locations": {"gb": "https://accounts.zoho.uk"}}]), "it has no locations"),
    ],
)
def test_a_look_up_that_fails_gives_no_place_and_is_told(answer: Answer, why: str) -> None:
    with pytest.raises(ConfigProblem) as raised:
        place_told(US, "gb", "", lambda url: answer)

    assert "data centre 'gb', which this version does not know" in str(raised.value)
    assert f"Its list of them could not be had ({why})." in str(raised.value)


def test_a_look_up_that_names_other_things_gives_no_place() -> None:
    with pytest.raises(ConfigProblem, match=r"nothing was sent there\. Known are: us, eu"):
        place_told(US, "gb", "", lambda url: Answer(200, {"locations": {"gb": 7}}))


@pytest.mark.parametrize("location", ["\x1b[2Jgb", "x" * 500])
def test_a_place_that_somebody_made_up_is_shown_so_that_it_does_no_harm(location: str) -> None:
    with pytest.raises(ConfigProblem) as raised:
        place_told(US, location, "", lambda url: Answer(200))

    assert "\x1b" not in str(raised.value)
    assert "x" * 21 not in str(raised.value)


def test_a_sandbox_may_name_another_on_this_machine_and_nobody_else() -> None:
    here = Place.of("us", SANDBOX)

    assert place_told(here, "eu", "http://127.0.0.1:9090", nobody) == Place(DATA_CENTERS["eu"], "http://127.0.0.1:9090")
    assert place_told(here, "eu", "https://accounts.zoho.eu", nobody).accounts_url == SANDBOX
    assert place_told(here, "eu", "https://evil.example", nobody).accounts_url == SANDBOX


def test_a_given_address_is_zohos_or_this_machines() -> None:
    assert Place.of("us", "https://accounts.zoho.eu/") == Place.of("eu")
    assert Place.of("us", SANDBOX).is_elsewhere
    with pytest.raises(ConfigProblem) as raised:
        Place.of("us", "https://user:hush@evil.example")
    assert "--accounts-url" in str(raised.value)
    assert "hush" not in str(raised.value)


def test_every_data_centre_is_tried_unless_one_is_named() -> None:
    assert [place.center.key for place in places_to_try("")] == list(DATA_CENTERS)
    assert [place.center.key for place in places_to_try("jp")] == ["jp"]
    assert [place.accounts_url for place in places_to_try("", SANDBOX)] == [SANDBOX]


def test_each_place_says_where_its_clients_are_made() -> None:
    assert Place.of("eu").console_url == "https://api-console.zoho.eu"
    assert Place.of("ca").console_url == "https://api-console.zohocloud.ca"
