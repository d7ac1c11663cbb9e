"""Do secrets and the store come from the environment, then from the configuration, and stay out of sight?"""

from __future__ import annotations

import pytest

from source_zoho.errors import ConfigProblem
from source_zoho.webhooks.settings import settings

CONFIG = {"webhook_secret": "of-config", "crm_notification_token": "token-c", "webhook_store_url": "sqlite:///c.db"}
ENVIRON = {
    "SOURCE_ZOHO_WEBHOOK_SECRET": "new, old",
    "SOURCE_ZOHO_CRM_TOKEN": "token-e",
    "SOURCE_ZOHO_WEBHOOK_STORE_URL": "sqlite:///e.db",
}


def test_the_environment_wins_over_the_configuration() -> None:
    known = settings(ENVIRON, CONFIG)

    assert (known.secrets, known.crm_token, known.store_url) == (("new", "old"), "token-e", "sqlite:///e.db")


def test_the_configuration_says_what_the_environment_does_not() -> None:
    known = settings({}, CONFIG)

    assert (known.secrets, known.crm_token, known.store_url) == (("of-config",), "token-c", "sqlite:///c.db")


def test_a_store_that_is_named_wins_over_both() -> None:
    assert settings(ENVIRON, CONFIG, "sqlite:///f.db").needed_store_url() == "sqlite:///f.db"


def test_without_anything_nothing_is_proved_and_the_missing_store_is_named() -> None:
    known = settings({"SOURCE_ZOHO_WEBHOOK_SECRET": " , "})

    assert not any(map(known.proves, ("books", "billing", "crm")))
    with pytest.raises(ConfigProblem, match="give --store URL, set SOURCE_ZOHO_WEBHOOK_STORE_URL"):
        known.needed_store_url()


def test_each_secret_is_for_its_products() -> None:
    signing, telling = settings({"SOURCE_ZOHO_WEBHOOK_SECRET": "x"}), settings({"SOURCE_ZOHO_CRM_TOKEN": "x"})

    assert [signing.proves(product) for product in ("books", "billing", "crm")] == [True, True, False]
    assert [telling.proves(product) for product in ("books", "billing", "crm")] == [False, False, True]


@pytest.mark.parametrize("config", [[], "x", {"webhook_secret": 5}])
def test_a_configuration_that_is_none_is_refused(config: object) -> None:
    with pytest.raises(ConfigProblem):
        settings({}, config)


def test_secrets_do_not_show() -> None:
    assert all(secret not in repr(settings(ENVIRON, CONFIG)) for secret in ("new", "old", "token-e", "e.db"))
