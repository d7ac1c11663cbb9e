"""Is what hangs below a record made from that record?"""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from unit_tests.emulator.crm.settings_caller import Asker

TIMELINE = "/Leads/9001/__timeline"
DAY = 86_400


@pytest.fixture
def asker() -> Asker:
    return Asker()


def between(first: str, last: str) -> str:
    told = {"field": {"api_name": "audited_time"}, "comparator": "between", "value": [first, last]}
    return orjson.dumps(told).decode()


# ── timelines ──


def test_a_timeline_begins_when_its_record_does_and_ends_with_its_last_change(asker: Asker) -> None:
    asker.settings.behave("timelines", sizes={"9001": 5})
    rows = asker.json(TIMELINE, sort_order="asc")["__timeline"]

    assert [row["action"] for row in rows] == ["added"] + ["updated"] * 4
    assert rows[0]["audited_time"] == "2025-01-01T21:34:05+00:00"
    assert rows[-1]["audited_time"] == "2025-05-06T01:38:09+00:00"
    assert rows[0]["field_history"] is None
    assert set(rows[1]["field_history"][0]["_value"]) == {"old", "new"}
    assert rows[0]["record"]["name"] == "Ünit 9001"


def test_a_timeline_comes_newest_first(asker: Asker) -> None:
    asker.settings.behave("timelines", sizes={"9001": 5})

    assert asker.json(TIMELINE)["__timeline"] == asker.json(TIMELINE, sort_order="asc")["__timeline"][::-1]


def test_a_long_timeline_is_a_chain_of_tokens(asker: Asker) -> None:
    asker.settings.behave("timelines", sizes={"9001": 450})
    found, query, sizes = [], dict[str, Any](), []
    while True:
        body = asker.json(TIMELINE, **query)
        found += [row["id"] for row in body["__timeline"]]
        sizes.append(body["info"]["count"])
        if not body["info"]["more_records"]:
            break
        query = {"page_token": body["info"]["next_page_token"]}

    assert sizes == [200, 200, 50]
    assert len(set(found)) == 450
    assert body["info"]["next_page_token"] is None
    assert body["info"]["page"] == 3


def test_a_token_leads_back_too(asker: Asker) -> None:
    asker.settings.behave("timelines", sizes={"9001": 250})
    first = asker.json(TIMELINE)
    second = asker.json(TIMELINE, page_token=first["info"]["next_page_token"])

    assert first["info"]["previous_page_token"] is None
    assert asker.json(TIMELINE, page_token=second["info"]["previous_page_token"])["__timeline"] == first["__timeline"]


def test_a_token_is_bound_to_its_call_and_lives_a_day(asker: Asker) -> None:
    asker.settings.behave("timelines", size=250)
    token = asker.json(TIMELINE)["info"]["next_page_token"]

    assert asker.refusal(TIMELINE, page_token=token, sort_order="asc").code == "TOKEN_BOUND_DATA_MISMATCH"
    assert asker.refusal("/Deals/7001/__timeline", page_token=token).code == "TOKEN_BOUND_DATA_MISMATCH"
    assert asker.refusal(TIMELINE, page_token=token, page=2).code == "AMBIGUITY_DURING_PROCESSING"
    assert asker.refusal(TIMELINE, page_token="abc").code == "INVALID_DATA"
    asker.world.clock.advance(DAY + 1)
    assert asker.refusal(TIMELINE, page_token=token).code == "EXPIRED_VALUE"


def test_pages_of_a_timeline_end_at_two_thousand_rows(asker: Asker) -> None:
    asker.settings.behave("timelines", size=2100)

    assert asker.json(TIMELINE, page=10)["info"]["more_records"] is True
    refusal = asker.refusal(TIMELINE, page=11)
    assert (refusal.code, refusal.details) == ("DISCRETE_PAGINATION_LIMIT_EXCEEDED", {"limit": 2000})


def test_a_timeline_can_be_cut_by_time(asker: Asker) -> None:
    asker.settings.behave("timelines", sizes={"9001": 5})
    rows = asker.json(TIMELINE, sort_order="asc")["__timeline"]
    some = asker.json(TIMELINE, sort_order="asc", filters=between(rows[1]["audited_time"], rows[2]["audited_time"]))

    assert some["__timeline"] == rows[1:3]


def test_a_timeline_tells_more_when_asked(asker: Asker) -> None:
    assert "type" not in asker.json(TIMELINE)["__timeline"][0]
    assert asker.json(TIMELINE, include="type")["__timeline"][0]["type"] == "record"


def test_timelines_of_all_records_carry_their_parents(asker: Asker) -> None:
    rows = asker.settings.rows("timelines", modules=["Deals"])

    assert {(row["module"], row["record_id"]) for row in rows} == {("Deals", one) for one in ("7001", "7002", "7003")}
    assert len({row["id"] for row in rows}) == len(rows)


# ── e-mails ──


def test_e_mails_come_ten_at_a_time_by_an_index(asker: Asker) -> None:
    asker.settings.behave("record_emails", sizes={"9001": 23})
    found, query, backwards = [], dict[str, Any](), []
    while True:
        body = asker.json("/Leads/9001/Emails", **query)
        found += [row["message_id"] for row in body["Emails"]]
        backwards.append(body["info"]["prev_index"])
        if not body["info"]["more_records"]:
            break
        query = {"index": body["info"]["next_index"]}

    assert len(set(found)) == 23
    assert body["info"]["count"] == 3
    assert body["info"]["next_index"] is None
    assert backwards[0] is None
    assert all(backwards[1:])
    assert asker.refusal("/Leads/9001/Emails", index="11").details == {"param_name": "index"}


def test_the_text_of_an_e_mail_comes_only_with_a_single_one(asker: Asker) -> None:
    asker.settings.behave("record_emails", sizes={"9001": 2})
    row = asker.json("/Leads/9001/Emails")["Emails"][0]

    assert "content" not in row
    assert asker.json(f"/Leads/9001/Emails/{row['message_id']}")["Emails"][0]["content"].startswith("<p>")
    assert row["linked_record"]["name"] == "Ünit 9001"


def test_e_mails_go_by_owner_and_some_modules_have_none(asker: Asker) -> None:
    asker.settings.behave("record_emails", sizes={"9001": 9})
    owner = asker.json("/Leads/9001/Emails")["Emails"][0]["owner"]["id"]

    assert {row["owner"]["id"] for row in asker.json("/Leads/9001/Emails", owner_id=owner)["Emails"]} == {owner}
    assert asker.refusal("/Tasks/6001/Emails").details == {"resource_path_index": 2}
    assert asker.settings.rows("record_emails", modules=["Tasks"]) == []


def test_message_ids_are_unique_all_over_the_organization(asker: Asker) -> None:
    asker.settings.behave("record_emails", size=4)
    ids = [row["message_id"] for row in asker.settings.rows("record_emails")]

    assert len(set(ids)) == len(ids) == 4 * 6


# ── shares ──


def test_a_record_may_be_shared_with_users(asker: Asker) -> None:
    asker.settings.behave("record_shares", sizes={"7001": 2})
    rows = asker.json("/Deals/7001/actions/share")["share"]

    assert len(rows) == 2
    assert asker.json("/Deals/7001/actions/share", sharedTo=rows[0]["user"]["id"])["share"][0] == rows[0]


# ── contact roles ──


def test_contact_roles_have_the_fields_that_were_named(asker: Asker) -> None:
    asker.settings.behave("deal_contact_roles", sizes={"7001": 2})
    rows = asker.json("/Deals/7001/Contact_Roles", fields="Contact_Role,Email")["data"]

    assert all(set(row) == {"id", "Contact_Role", "Email"} for row in rows)
    assert sorted(row["id"] for row in rows) == ["8001", "8002"]


def test_a_deal_without_contacts_is_204(asker: Asker) -> None:
    asker.settings.behave("deal_contact_roles", size=0)

    assert asker.status("/Deals/7001/Contact_Roles", fields="Email") == 204


def test_no_more_than_fifty_fields_are_named(asker: Asker) -> None:
    refusal = asker.refusal("/Deals/7001/Contact_Roles", fields=",".join(["Email"] * 51))

    assert (refusal.code, refusal.details) == ("LIMIT_EXCEEDED", {"limit": 50, "param_name": "fields"})


def test_roles_of_all_deals_carry_the_deal(asker: Asker) -> None:
    asker.settings.behave("deal_contact_roles", size=2)
    rows = asker.settings.rows("deal_contact_roles")

    assert {row["deal_id"] for row in rows} == {"7001", "7002", "7003"}
    assert all(set(row) == {"id", "Contact_Role", "Full_Name", "Email", "deal_id"} for row in rows)


# ── records that are not there ──


@pytest.mark.parametrize("below", ["__timeline", "Emails", "actions/share"])
def test_a_record_that_is_not_there_is_refused(asker: Asker, below: str) -> None:
    assert asker.refusal(f"/Leads/404/{below}").details == {"resource_path_index": 1}
    assert asker.refusal(f"/Home/404/{below}").code == "INVALID_MODULE"
    assert asker.refusal(f"/Nonsense/404/{below}").details == {"resource_path_index": 0}
