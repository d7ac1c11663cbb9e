"""Does each method find every row that is wanted, with the calls that it must make and no more?"""

from __future__ import annotations

import pytest

from source_zoho.paging import recent
from source_zoho.paging.walk import Answer, Ask, Method, Walk, ladder
from source_zoho.paging.windows import Page
from unit_tests.paging.list_model import NOON, ListModel, moment
from unit_tests.paging.reading import read

LONG_AGO = NOON - 100_000
METHODS = (Method.KEYSET, Method.FILTER, Method.NEWEST_FIRST, Method.SCAN, Method.PLAIN)
by_every_method = pytest.mark.parametrize("method", METHODS, ids=lambda each: each.value)


def a_list(count: int, gap: int = 1, *, several_zones: bool = False) -> ListModel:
    """Return a list of *count* rows, changed *gap* seconds one after the other in the order of their creation."""
    model = ListModel(several_zones=several_zones)
    return model.add_many([LONG_AGO + gap * place for place in range(count)])


def all_ids(model: ListModel) -> set[str]:
    return {str(number) for number in model.entries}


def a_log(count: int) -> ListModel:
    """Return a list of rows that nobody changes, which Zoho shows latest first unasked."""
    return a_list(count)


# ── What a list costs ──


@by_every_method
@pytest.mark.parametrize(("rows", "calls"), [(0, 1), (1, 1), (199, 1), (200, 1), (201, 2), (400, 3)])
def test_a_short_list_costs_no_more_calls_than_it_must(method: Method, rows: int, calls: int) -> None:
    reading = read(a_list(rows), method)

    assert len(reading.rows) == len(set(reading.ids)) == rows
    assert reading.calls == calls


@by_every_method
def test_five_thousand_rows_cost_27_calls_at_most(method: Method) -> None:
    reading = read(a_list(5_000), method)

    assert len(reading.rows) == 5_000
    assert reading.calls <= 27


@pytest.mark.parametrize("method", [Method.KEYSET, Method.FILTER, Method.NEWEST_FIRST], ids=lambda each: each.value)
def test_few_changes_in_a_long_list_cost_one_call(method: Method) -> None:
    model = a_list(3_000)

    reading = read(model, method, since=moment(LONG_AGO + 2_990))

    assert set(reading.ids) == {str(number) for number in range(2_991, 3_001)}
    assert reading.calls == 1


@pytest.mark.parametrize("method", [Method.SCAN, Method.PLAIN], ids=lambda each: each.value)
def test_a_list_without_filter_is_read_whole_but_only_changes_come_out(method: Method) -> None:
    reading = read(a_list(1_000), method, since=moment(LONG_AGO + 990))

    assert set(reading.ids) == {str(number) for number in range(991, 1_001)}
    assert reading.calls == 6


# ── The questions ──


def test_a_keyset_walk_asks_from_the_last_change_seen_and_starts_pages_anew() -> None:
    reading = read(a_list(450))

    assert [(ask.since, ask.page) for ask in reading.asks] == [
        (None, Page(1, 200)),
        (moment(LONG_AGO + 199), Page(1, 200)),
        (moment(LONG_AGO + 398), Page(1, 200)),
    ]


@pytest.mark.parametrize(
    ("method", "asked"),
    [
        (
            Method.KEYSET,
            {"last_modified_time": "2025-06-15T15:06:40+0000", "sort_column": "last_modified_time", "sort_order": "A"},
        ),
        (
            Method.FILTER,
            {"last_modified_time": "2025-06-15T15:06:40+0000", "sort_column": "created_time", "sort_order": "A"},
        ),
        (Method.NEWEST_FIRST, {"sort_column": "last_modified_time", "sort_order": "D"}),
        (Method.SCAN, {"sort_column": "created_time", "sort_order": "A"}),
        (Method.PLAIN, {}),
    ],
    ids=lambda each: each.value if isinstance(each, Method) else "",
)
def test_each_method_asks_for_what_it_relies_on(method: Method, asked: dict[str, str]) -> None:
    assert Ask(method, moment(NOON), Page()).parameters("last_modified_time", "created_time") == asked


def test_without_a_beginning_no_filter_is_sent() -> None:
    assert "last_modified_time" not in Ask(Method.KEYSET, None, Page()).parameters("last_modified_time", "")


@by_every_method
def test_a_list_without_a_stable_column_is_never_asked_to_sort_by_one(method: Method) -> None:
    assert not {Method.FILTER, Method.SCAN} & set(ladder(method, ""))
    assert ladder(method, "")[-1] is Method.PLAIN


@by_every_method
def test_methods_begin_with_the_one_asked_for_and_end_with_the_plainest(method: Method) -> None:
    methods = ladder(method, "created_time")

    assert (methods[0], methods[-1]) == (method, Method.PLAIN)
    assert len(methods) == len(set(methods))


# ── Many rows of one second ──


@by_every_method
@pytest.mark.parametrize("rows", [199, 200, 201, 450, 1_000])
def test_a_second_in_which_more_rows_changed_than_a_page_holds(method: Method, rows: int) -> None:
    reading = read(a_list(rows, gap=0), method)

    assert len(reading.rows) == len(set(reading.ids)) == rows


@by_every_method
@pytest.mark.parametrize("ties_reversed", [False, True])
def test_seconds_that_straddle_page_borders(method: Method, ties_reversed: bool) -> None:
    model = ListModel(ties_reversed=ties_reversed).add_many([LONG_AGO + place // 7 for place in range(1_000)])

    reading = read(model, method)

    assert len(reading.rows) == 1_000
    assert set(reading.ids) == all_ids(model)


def test_pages_are_numbered_only_inside_a_crowded_second() -> None:
    model = ListModel().add_many([LONG_AGO] * 10 + [LONG_AGO + 1] * 450 + [LONG_AGO + 2] * 10)

    reading = read(model)

    assert [(ask.since, ask.page.number) for ask in reading.asks] == [
        (None, 1),
        (moment(LONG_AGO + 1), 1),
        (moment(LONG_AGO + 1), 2),
        (moment(LONG_AGO + 1), 3),
    ]


# ── Times ──


@by_every_method
def test_offsets_of_different_zones_are_compared_as_instants(method: Method) -> None:
    model = a_list(700, gap=600, several_zones=True)

    reading = read(model, method, since=moment(LONG_AGO + 200 * 600))

    assert set(reading.ids) == {str(number) for number in range(201, 701)}
    assert reading.methods == [method]


@by_every_method
def test_the_filter_is_inclusive_and_knows_whole_seconds(method: Method) -> None:
    model = ListModel()
    for fraction in (".999", ".000", ".001", ""):
        model.add(modified=LONG_AGO, fraction=fraction)

    reading = read(model, method, since=moment(LONG_AGO).replace(microsecond=500_000))

    assert set(reading.ids) == {"1", "2", "3", "4"}
    assert not reading.walk.remarks


@by_every_method
def test_rows_without_a_time_come_out_and_stop_nothing(method: Method) -> None:
    model = ListModel()
    for place in range(900):
        model.add(created=LONG_AGO + place, shows_its_time=place % 3 == 0 or place > 880)

    reading = read(model, method)

    assert sorted(reading.ids, key=int) == [str(number) for number in range(1, 901)]
    assert not reading.walk.remarks


@by_every_method
def test_a_list_in_which_no_row_has_a_time_is_read_by_numbered_pages(method: Method) -> None:
    model = ListModel()
    for place in range(450):
        model.add(created=LONG_AGO + place, shows_its_time=False)

    reading = read(model, method)

    assert set(reading.ids) == all_ids(model)
    assert reading.walk.latest is None


def test_newest_first_stops_at_the_first_row_older_than_the_cursor() -> None:
    reading = read(a_list(5_000), Method.NEWEST_FIRST, since=moment(LONG_AGO + 4_750))

    assert set(reading.ids) == {str(number) for number in range(4_751, 5_001)}
    assert reading.calls == 2


def test_newest_first_goes_on_when_the_last_row_is_as_old_as_the_cursor() -> None:
    model = ListModel().add_many([LONG_AGO] * 300 + [LONG_AGO + 5] * 100)

    reading = read(model, Method.NEWEST_FIRST, since=moment(LONG_AGO))

    assert set(reading.ids) == all_ids(model)


def test_the_latest_change_seen_is_known() -> None:
    assert read(a_list(450), Method.SCAN).walk.latest == moment(LONG_AGO + 449)


# ── Keys ──


def test_rows_that_differ_under_the_same_key_and_have_no_time_both_come_out() -> None:
    walk = Walk([Method.PLAIN], ["id"], "last_modified_time")
    rows = [{"id": "1", "amount": 5}, {"id": "1", "amount": 6}, {"id": "1", "amount": 5}]

    assert walk.take(Answer(rows, has_more=False)) == rows[:2]


def test_rows_without_any_key_are_told_apart_by_what_they_hold() -> None:
    walk = Walk([Method.PLAIN], ["id"], "last_modified_time")
    rows = [{"name": "a"}, {"name": "b"}, {"id": "", "name": "c"}, {"name": "a"}]

    assert walk.take(Answer(rows, has_more=False)) == rows[:3]


def test_a_key_that_is_a_number_on_one_page_and_a_text_on_the_next_is_the_same() -> None:
    walk = Walk([Method.PLAIN], ["id"], "last_modified_time")
    changed = "2025-01-01T00:00:00+0000"
    walk.take(Answer([{"id": place, "last_modified_time": changed} for place in range(200)], has_more=True))

    assert walk.take(Answer([{"id": "199", "last_modified_time": changed}], has_more=False)) == []


def test_an_empty_answer_ends_the_walk() -> None:
    walk = Walk([Method.KEYSET], ["id"], "last_modified_time")

    assert walk.take(Answer([], has_more=False)) == []
    assert walk.ask is None


# ── Looking again ──


def test_looking_again_brings_only_what_changed_since() -> None:
    model = a_list(450)
    reading = read(model, Method.SCAN)
    model.edit(7)

    reading.walk.look_again(moment(NOON))
    parameters = {"sort_column": "created_time", "sort_order": "A"}
    news = reading.walk.take(Answer(model.get(parameters)["rows"], has_more=False))

    assert [row["id"] for row in news] == ["7"]
    assert reading.walk.ask is None


def test_looking_again_does_not_repeat_a_version_that_has_come_out() -> None:
    model = a_list(10)
    reading = read(model, Method.SCAN)

    reading.walk.look_again(moment(LONG_AGO))

    assert reading.walk.take(Answer(model.get({})["rows"], has_more=False)) == []


# ── Logs ──


@pytest.mark.parametrize(("news", "calls"), [(0, 1), (10, 1), (199, 1), (250, 2)])
def test_a_log_is_read_until_it_meets_the_cursor(news: int, calls: int) -> None:
    model = a_log(3_000)

    reading = read(model, Method.LATEST_FIRST, since=moment(LONG_AGO + 3_000 - news))

    assert set(reading.ids) == {str(number) for number in range(3_001 - news, 3_001)}
    assert reading.calls == calls
    assert not reading.walk.remarks


def test_a_log_without_a_cursor_is_read_whole() -> None:
    reading = read(a_log(1_000), Method.LATEST_FIRST)

    assert len(reading.rows) == len(set(reading.ids)) == 1_000


@pytest.mark.parametrize("edited", [None, 650], ids=["oldest first", "one out of order"])
def test_a_log_that_does_not_come_latest_first_is_read_to_its_end(edited: int | None) -> None:
    model = ListModel(oldest_first=edited is None).add_many([LONG_AGO + place for place in range(700)])
    if edited:
        model.edit(edited)

    reading = read(model, Method.LATEST_FIRST, since=moment(LONG_AGO + 690))

    assert set(reading.ids) == {str(number) for number in (*range(691, 701), *([edited] if edited else []))}
    assert [remark for remark in reading.walk.remarks if "latest first" in remark]
    assert reading.calls == 4


# ── Orders that Zoho does not document ──


@pytest.mark.parametrize(("rows", "calls"), [(0, 1), (199, 1), (200, 1), (201, 3), (400, 4)])
def test_an_undocumented_order_is_asked_for_only_when_one_page_does_not_hold_the_list(rows: int, calls: int) -> None:
    reading = read(a_list(rows), Method.SCAN, documented_sort=False)

    assert len(reading.rows) == len(set(reading.ids)) == rows
    assert reading.calls == calls
    assert reading.asks[0].method is Method.PLAIN


def test_a_long_list_that_refuses_its_order_is_read_on_without() -> None:
    model = a_list(450)
    model.stable_sort = "refuse"

    reading = read(model, Method.SCAN, documented_sort=False)

    assert len(reading.rows) == len(set(reading.ids)) == 450
    assert [ask.method for ask in reading.asks] == [Method.PLAIN, Method.SCAN, Method.PLAIN, Method.PLAIN]
    assert reading.calls == 4


def test_the_rows_of_the_first_page_come_once_however_long_the_list_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("source_zoho.paging.walk.Recent", lambda: recent.Recent(10))

    reading = read(a_list(900), Method.SCAN, documented_sort=False)

    assert len(reading.rows) == len(set(reading.ids)) == 900


def test_a_row_of_the_first_page_that_changes_meanwhile_comes_again() -> None:
    model = a_list(450)

    reading = read(
        model, Method.SCAN, documented_sort=False, before_call=lambda call: model.edit(450) if call == 3 else None
    )

    assert [row["version"] for row in reading.rows if row["id"] == "450"] == [0, 1]
