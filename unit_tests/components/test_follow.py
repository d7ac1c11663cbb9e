"""Do children follow their parents: all that changed, none that did not, and from where an interrupted sync stood?"""

from __future__ import annotations

import logging
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.types import StreamSlice
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from unit_tests.components.answers import an_answer
from unit_tests.components.families import Family, Syncs, a_follower, going_by
from unit_tests.components.lists import Retrieved, retrieve_with
from unit_tests.paging.list_model import NOON, ListModel, stamp

LONG_AGO = NOON - 100_000
SEVEN = {"organization_id": "7"}


@pytest.fixture
def family() -> Family:
    """Return five parents that changed ten seconds after each other."""
    return Family(ListModel().add_many(LONG_AGO + 10 * number for number in range(5)))


def follow(family: Family, since: int | None = None, **settings: Any) -> Retrieved:
    where = StreamSlice(partition=SEVEN, cursor_slice={} if since is None else {"start_time": str(since)})
    with going_by(family):
        return retrieve_with(a_follower(family, **settings), where)


def ids(got: Retrieved) -> list[str]:
    return [record["id"] for record in got.records]


# ── What a child becomes ──


def test_a_child_says_whose_it_is_of_which_organization_and_when_its_parent_changed(family: Family) -> None:
    got = follow(family)

    assert got.records[2] == {
        "note_id": "1",
        "version": 0,
        "id": "3",
        "organization_id": "7",
        "parent_last_modified_time": stamp(LONG_AGO + 20),
    }


@pytest.mark.parametrize(("own", "kept"), [("own", "own"), ("", "1"), (None, "1")])
def test_what_a_child_says_itself_about_its_parent_is_kept(family: Family, own: str | None, kept: str) -> None:
    family.model = ListModel().add_many([LONG_AGO])
    family.ready = [family.model_answer(), an_answer({"code": 0, "notes": [{"note_id": "1", "id": own}]})]

    assert ids(follow(family)) == [kept]


def test_children_that_are_not_read_by_change_carry_no_time(family: Family) -> None:
    got = follow(family, cursor_field="", walk="full")

    assert len(got.records) == 5
    assert not any("parent_last_modified_time" in record for record in got.records)


def test_a_child_may_call_its_parent_by_another_name(family: Family) -> None:
    got = follow(family, path="rows/{row_id}/notes", called="row_id")

    assert [record["row_id"] for record in got.records] == ["1", "2", "3", "4", "5"]
    assert not any("id" in record for record in got.records)


@pytest.mark.parametrize(
    ("code", "path"),
    [
        ("basic/monthly", "plans/basic%2Fmonthly"),
        ("50% off", "plans/50%25%20off"),
        ("50%2F", "plans/50%252F"),
        ("a?b#c&d=e+f", "plans/a%3Fb%23c%26d%3De%2Bf"),
        ("größe", "plans/gr%C3%B6%C3%9Fe"),
        (460001000000012345, "plans/460001000000012345"),
    ],
)
def test_whatever_stands_in_an_id_it_stays_one_step_of_the_path(family: Family, code: Any, path: str) -> None:
    family.ready = [
        an_answer({"code": 0, "rows": [{"plan_code": code}]}),
        an_answer({"code": 0, "notes": [{"note_id": "1"}]}),
    ]

    got = follow(family, path="plans/{plan_code}", parent_key="plan_code", walk="scan")

    assert family.paths == ["rows", path]
    assert [record["plan_code"] for record in got.records] == [str(code)]


def test_path_and_query_may_name_other_fields_of_the_parent(family: Family) -> None:
    row = {"id": "1", "account_id": 5, "kind": "a/b"}
    family.ready = [an_answer({"code": 0, "rows": [row]}), an_answer({"code": 0, "notes": []})]

    follow(family, path="{kind}/notes", query={"account": "{account_id}", "filter_by": "All"}, walk="scan")

    assert family.paths[1] == "a%2Fb/notes"
    assert {name: family.asked[1][name] for name in ("account", "filter_by")} == {"account": "5", "filter_by": "All"}


def test_no_row_can_lead_a_call_to_another_organization(family: Family) -> None:
    family.ready = [
        an_answer({"code": 0, "rows": [{"id": "1", "organization_id": "666"}]}),
        an_answer({"code": 0, "notes": [{"note_id": "1"}]}),
    ]

    got = follow(family, path="organizations/{organization_id}/notes", walk="scan")

    assert family.paths[1:] == ["organizations/7/notes"]
    assert [record["organization_id"] for record in got.records] == ["7"]


def test_children_are_read_to_their_last_page(family: Family) -> None:
    family.pages_of_notes = 3

    got = follow(family)

    assert [record["note_id"] for record in got.records] == ["1", "2", "3"] * 5


def test_children_documented_without_pages_are_asked_without(family: Family) -> None:
    follow(family, asks_for_pages=False)

    assert [asked for path, asked in zip(family.paths, family.asked, strict=True) if path != "rows"] == [{}] * 5


# ── Which parents are followed ──


def test_parents_are_followed_oldest_change_first(family: Family) -> None:
    family.model = ListModel().add_many([LONG_AGO + 30, LONG_AGO + 10, LONG_AGO + 20])

    for walk in ("keyset", "keyset_undocumented", "filter", "newest_first", "scan"):
        assert ids(follow(family, walk=walk)) == ["2", "3", "1"]


def test_only_parents_that_changed_since_the_last_sync_are_followed(family: Family) -> None:
    for walk in ("keyset", "filter", "newest_first", "scan", "scan_modified"):
        family.forget_calls()
        assert ids(follow(family, LONG_AGO + 25, walk=walk)) == ["4", "5"]
        assert family.followed == ["4", "5"]


def test_all_parents_are_followed_where_their_change_is_not_looked_at(family: Family) -> None:
    assert len(follow(family, LONG_AGO + 25, cursor_field="", walk="full").records) == 5


def test_parents_may_be_listed_in_the_manifest(family: Family) -> None:
    columns: dict[str, Any] = {
        "path": "{kind}/templates",
        "parent": {},
        "parent_key": "kind",
        "walk": "whole",
        "cursor_field": "",
    }
    family.ready = [an_answer({"code": 0, "notes": [{"note_id": each}]}) for each in "ab"]

    got = follow(family, parents=[{"kind": "invoices"}, {"kind": "bills"}], **columns)

    assert family.paths == ["invoices/templates", "bills/templates"]
    assert [record["kind"] for record in got.records] == ["invoices", "bills"]


def test_only_parents_of_one_kind_are_followed_where_the_manifest_says_so(family: Family) -> None:
    rows = [{"id": "1", "type": "payment"}, {"id": "1", "type": "Refund"}, {"id": "2", "type": ""}, {"id": "3"}]
    family.ready = [an_answer({"code": 0, "rows": rows}), an_answer({"code": 0, "notes": []})]
    parent = {"path": "rows", "records": ["rows"], "primary_key": ["organization_id", "id", "type"]}

    follow(family, parent=parent, only={"field": "type", "value": "refund"}, walk="full", cursor_field="")

    assert family.followed == ["1"]


def test_a_parent_that_does_not_say_when_it_changed_is_followed_in_every_sync(family: Family) -> None:
    family.model.add(created=LONG_AGO, shows_its_time=False)
    syncs = Syncs(family, a_follower(family, walk="scan"))
    syncs.run()
    syncs.run()

    assert family.followed == ["6"]


def test_a_parent_deleted_since_it_was_listed_has_no_children_and_is_not_asked_for_again(family: Family) -> None:
    family.before_call = lambda number: family.model.entries.pop(3, None) if number == 2 else None
    syncs = Syncs(family, a_follower(family, walk="scan"))
    got = syncs.run()
    assert (ids(got), got.error) == (["1", "2", "4", "5"], None)

    assert syncs.run().error is None
    assert family.followed == []


def test_the_parent_may_have_to_be_read_first_for_the_id_to_ask_about(family: Family) -> None:
    family.model = ListModel().add_many([LONG_AGO, LONG_AGO + 1])
    family.ready = [
        family.model_answer(),
        an_answer({"code": 0, "subscription": {"charge_id": "c1"}}),
        an_answer({"code": 0, "notes": [{"note_id": "1"}]}),
        an_answer({"code": 0, "subscription": {"charge_id": ""}}),
    ]
    via = {"path": "subscriptions/{id}", "records": ["subscription"]}

    got = follow(family, path="charges/{charge_id}", called="charge_id", via=via, asks_for_pages=False)

    assert family.paths == ["rows", "subscriptions/1", "charges/c1", "subscriptions/2"]
    assert [record["charge_id"] for record in got.records] == ["c1"]


@pytest.mark.parametrize("named", [[], None, [{"refund_id": ""}, {}]])
def test_the_document_of_a_parent_may_name_several_to_ask_about_or_none(family: Family, named: Any) -> None:
    family.model = ListModel().add_many([LONG_AGO, LONG_AGO + 1])
    family.ready = [
        family.model_answer(),
        an_answer({"code": 0, "note": {"refunds": [{"refund_id": "r1"}, {"refund_id": "r2"}]}}),
        an_answer({"code": 0, "notes": [{"amount": 1}]}),
        an_answer({"code": 0, "notes": [{"amount": 2, "refund_id": "r2"}]}),
        an_answer({"code": 0, "note": {"refunds": named}}),
    ]
    via = {"path": "creditnotes/{id}", "records": ["note"], "under": "refunds"}

    got = follow(family, path="refunds/{refund_id}", called="refund_id", via=via, asks_for_pages=False)

    assert family.paths == ["rows", "creditnotes/1", "refunds/r1", "refunds/r2", "creditnotes/2"]
    assert [(record["id"], record["refund_id"], record["amount"]) for record in got.records] == [
        ("1", "r1", 1),
        ("1", "r2", 2),
    ]


def test_a_parent_whose_document_names_nothing_to_read_is_not_asked_again_either(family: Family) -> None:
    via = {"path": "rows/{id}", "records": ["row"]}
    syncs = Syncs(family, a_follower(family, path="charges/{charge_id}", called="charge_id", via=via))
    syncs.run()
    assert len(family.followed) == 5

    syncs.run()

    assert family.followed == []


def test_a_parent_listed_twice_by_pages_that_overlap_is_followed_once(family: Family) -> None:
    family.model = ListModel().add_many(range(LONG_AGO, LONG_AGO + 450))

    for walk in ("keyset", "filter", "scan", "newest_first"):
        family.forget_calls()
        follow(family, walk=walk)
        assert len(family.followed) == len(set(family.followed)) == 450


def test_a_parent_edited_between_its_list_and_its_children_is_followed_again_in_the_next_sync(family: Family) -> None:
    family.before_call = lambda number: family.model.edit(3) if number == 2 else None
    syncs = Syncs(family, a_follower(family))
    syncs.run()
    family.before_call = lambda number: None

    syncs.run()

    assert family.followed == ["3"]
    assert syncs.landed["3", "1"]["parent_last_modified_time"] == stamp(family.model.entries[3].modified)


def test_a_parent_edited_in_the_second_in_which_it_was_read_is_followed_again(family: Family) -> None:
    family.seconds_per_call = 0
    family.model.edit(3)
    syncs = Syncs(family, a_follower(family))
    syncs.run()
    family.model.edit(3)  # still in the same second

    syncs.run()

    assert family.followed == ["3"]
    assert syncs.landed["3", "1"]["version"] == 2


def test_a_list_that_refuses_its_order_in_the_middle_is_followed_to_its_end(
    family: Family, caplog: pytest.LogCaptureFixture
) -> None:
    family.model = ListModel().add_many(range(LONG_AGO, LONG_AGO + 450))

    def refuse(number: int) -> None:
        if number == 100:
            family.model.sort = family.model.filter = "refuse"

    family.before_call = refuse
    with caplog.at_level(logging.WARNING, "airbyte"):
        got = follow(family)

    assert sorted(ids(got), key=int) == [str(number) for number in range(1, 451)]
    assert len(family.followed) == 450
    assert "reading on by" in caplog.text


def test_a_refused_call_about_a_parent_is_reported_with_the_name_of_the_stream(family: Family) -> None:
    family.ready = [family.model_answer(), an_answer({"code": 2, "message": "Invalid id"}, status=400)]

    error = follow(family).error

    assert isinstance(error, AirbyteTracedException)
    assert error.failure_type is FailureType.system_error
    assert str(error.message).startswith(
        "books_things of organization 7: Zoho refused the request (code 2: Invalid id)"
    )


def test_an_extractor_that_cannot_tell_a_missing_list_from_an_empty_one_is_a_mistake_of_the_manifest(
    family: Family,
) -> None:
    follower = a_follower(family)
    follower.record_selector.extractor = None  # type: ignore[assignment]

    with pytest.raises(TypeError, match="wants a KeyExtractor"):
        a_follower(family, record_selector=follower.record_selector)
