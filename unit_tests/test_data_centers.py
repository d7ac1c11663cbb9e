"""Which addresses are Zoho's, and is every other one kept from our tokens?"""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from source_zoho.data_centers import DATA_CENTERS, ENVIRONMENTS, environment_url, may_receive_a_token
from source_zoho.manifest import read_manifest

SPEC = read_manifest()["spec"]


def test_every_data_center_has_hosts_of_its_own() -> None:
    assert len({center.api_url for center in DATA_CENTERS.values()}) == len(DATA_CENTERS)
    assert len({center.accounts_url for center in DATA_CENTERS.values()}) == len(DATA_CENTERS)


def test_the_form_offers_exactly_the_data_centers_that_we_know() -> None:
    spec = SPEC["connection_specification"]

    assert set(spec["properties"]["data_center"]["enum"]) == set(DATA_CENTERS)


@pytest.mark.parametrize("which", ["consent_url", "access_token_url"])
def test_the_sign_in_button_goes_to_the_accounts_host_of_every_data_center(which: str) -> None:
    url = SPEC["advanced_auth"]["oauth_config_specification"]["oauth_connector_input_specification"][which]

    for center in DATA_CENTERS.values():
        domain = str(urlsplit(center.accounts_url).hostname).removeprefix("accounts.")
        assert f"'{center.key}': '{domain}'" in url


@pytest.mark.parametrize("key", sorted(DATA_CENTERS))
def test_the_hosts_of_every_data_center_may_receive_a_token(key: str) -> None:
    assert may_receive_a_token(DATA_CENTERS[key].api_url)
    assert may_receive_a_token(DATA_CENTERS[key].accounts_url)


@pytest.mark.parametrize("key", sorted(DATA_CENTERS))
@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_the_hosts_of_every_environment_may_receive_a_token(key: str, environment: str) -> None:
    assert may_receive_a_token(environment_url(DATA_CENTERS[key].api_url, environment))


def test_the_form_offers_exactly_the_environments_that_we_know() -> None:
    spec = SPEC["connection_specification"]

    assert spec["properties"]["crm_environment"]["enum"] == list(ENVIRONMENTS)
    assert spec["properties"]["crm_environment"]["default"] == ENVIRONMENTS[0]


@pytest.mark.parametrize(
    ("url", "environment", "expected"),
    [
        ("https://www.zohoapis.eu", "production", "https://www.zohoapis.eu"),
        ("https://www.zohoapis.eu", "sandbox", "https://sandbox.zohoapis.eu"),
        ("https://www.zohoapis.com.au", "developer", "https://developer.zohoapis.com.au"),
        ("https://sandbox.zohoapis.eu", "sandbox", "https://sandbox.zohoapis.eu"),
        ("https://sandbox.zohoapis.eu", "production", "https://www.zohoapis.eu"),
        ("http://127.0.0.1:43121", "sandbox", "http://127.0.0.1:43121"),
        ("https://evil.example/https://www.zohoapis.eu", "sandbox", "https://evil.example/https://www.zohoapis.eu"),
    ],
)
def test_each_environment_has_a_host_beside_the_others(url: str, environment: str, expected: str) -> None:
    assert environment_url(url, environment) == expected


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:43121", "http://localhost", "https://localhost:8443", "http://[::1]:80"]
)
def test_this_machine_may_receive_a_token(url: str) -> None:
    assert may_receive_a_token(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://www.zohoapis.com",  # readable on the way
        "https://www.zohoapis.com.evil.example",
        "https://evil.example/www.zohoapis.com",
        "https://evil.example?https://www.zohoapis.com",
        "https://evil.example#www.zohoapis.com",
        "https://www.zohoapis.com@evil.example",
        "https://user:password@www.zohoapis.com",
        "https://www.zohoapis.com?to=evil.example",
        "https://www.zohoapis.com#x",
        "https://zohoapis.com",
        "https://notzohoapis.com",
        "https://www.zohoapis.org",
        "https://sandbox.zohoapis.org",
        "http://sandbox.zohoapis.eu",
        "https://sandbox.zohoapis.eu.evil.example",
        "https://sandbox.accounts.zoho.eu",
        "https://staging.zohoapis.eu",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "//www.zohoapis.com",
        "www.zohoapis.com",
        "http://127.0.0.1.evil.example",
        "http://127.0.0.2",
        "http://localhost.evil.example",
        "http://0.0.0.0:80",
        "http://[::1",
        "http://127.0.0.1:port",
        "https://www.zohoapis.com:99999999",
        "",
        " ",
    ],
)
def test_no_other_address_may_receive_a_token(url: str) -> None:
    assert not may_receive_a_token(url)


def test_the_name_of_a_host_may_be_written_in_capitals() -> None:
    assert may_receive_a_token("https://WWW.ZohoAPIs.com")
