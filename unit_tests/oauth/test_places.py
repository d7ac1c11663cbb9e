"""Is the data centre found by itself, and is nobody but Zoho ever given the secret?"""

from __future__ import annotations

from typing import Any

import pytest

from source_zoho.data_centers import DATA_CENTERS
from source_zoho.errors import ConfigProblem
from source_zoho.oauth.places import Place, place_told, places_to_try

SANDBOX = "http://127.0.0.1:8080"
US = Place.of("us")


def nobody(url: str) -> Any:
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

    def info(url: str) -> Any:
        asked.append(url)
        return {"result": "success", "locations": {"gb": "https://accounts.zoho.uk", "xx": "https://evil.example"}}

    assert place_told(US, "gb", "", info) == Place.of("uk")
    assert asked == ["https://accounts.zoho.com/oauth/serverinfo"]
    with pytest.raises(ConfigProblem, match="data centre 'xx'"):
        place_told(US, "xx", "https://evil.example", info)


@pytest.mark.parametrize("body", ["ConnectionError", None, {}, {"locations": []}, {"locations": {"gb": 7}}])
def test_a_look_up_that_fails_gives_no_place(body: Any) -> None:
    with pytest.raises(ConfigProblem, match="does not know"):
        place_told(US, "gb", "", lambda url: body)


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
