"""Is the organization asked once and cheaply what it consists of, and does one odd module take no other with it?"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_zoho.components import crm_metadata
from source_zoho.components.crm_metadata import Metadata, metadata_for, why_not
from source_zoho.oauth import tokens
from unit_tests.components.crm_answers import a_crm_answer, envelope
from unit_tests.components.crm_fakes import CONFIG, Call, Crm, composite, refusal, the_end_of_the_day, trouble
from unit_tests.crm.metadata import field_row, module_row

MODULES, FIELDS, FIVE = "settings/modules", "settings/fields", "__composite_requests"
NAMES = [f"Module{number}" for number in range(12)]


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    crm_metadata.forget()
    tokens._stores.clear()


def fields_of(module: str) -> dict[str, Any]:
    return {"fields": [field_row(f"Of_{module}"), field_row("Modified_Time", "datetime")]}


def an_organization(*names: str, **said: Any) -> Crm:
    """Return an organization with modules of these *names*, each with two fields."""
    crm = Crm().on(MODULES, {"modules": [module_row(name, **said) for name in names]})
    return crm.on(FIVE, composite(fields_of)).on(FIELDS, lambda call: fields_of(call.params["module"]))


def a_metadata(crm: Crm, five: bool = True) -> Metadata:
    return Metadata(crm, crm if five else None)  # type: ignore[arg-type]


def inner_modules(call: Call) -> list[str]:
    return [each["params"]["module"] for each in call.body["__composite_requests"]]


# ── how many calls ──


@pytest.mark.parametrize(("modules", "calls"), [(0, 0), (1, 1), (5, 1), (6, 2), (10, 2), (11, 3), (12, 3)])
def test_five_modules_are_described_in_one_call(modules: int, calls: int) -> None:
    crm = an_organization(*NAMES[:modules])

    described = a_metadata(crm).described()

    assert [each.module.api_name for each in described] == NAMES[:modules]
    assert [each.fields[0].api_name for each in described] == [f"Of_{name}" for name in NAMES[:modules]]
    assert len(crm.calls) == 1 + calls


def test_a_call_for_five_asks_for_each_as_it_would_be_asked_for_alone() -> None:
    crm = an_organization("Leads", "Deals")

    a_metadata(crm).described()

    (call,) = [call for call in crm.calls if call.path == FIVE]
    inner = call.body["__composite_requests"]
    assert [(each["method"], each["uri"], each["params"]) for each in inner] == [
        ("GET", "/crm/v8/settings/fields", {"module": "Leads"}),
        ("GET", "/crm/v8/settings/fields", {"module": "Deals"}),
    ]
    assert len({each["sub_request_id"] for each in inner}) == 2


def test_what_is_known_is_not_asked_for_again() -> None:
    crm = an_organization(*NAMES)
    metadata = a_metadata(crm)

    for _ in range(3):
        metadata.described()
        metadata.listing()
        metadata.of("crm_module3")

    assert len(crm.calls) == 4


def test_only_what_is_wanted_is_asked_for() -> None:
    crm = an_organization(*NAMES)
    metadata = a_metadata(crm)

    assert [each.stream for each in metadata.described(["crm_module7", "crm_module3", "crm_gone"])] == [
        "crm_module3",
        "crm_module7",
    ]
    assert [inner_modules(call) for call in crm.calls[1:]] == [["Module3", "Module7"]]


def test_many_threads_ask_once() -> None:
    crm = an_organization(*NAMES)
    metadata = a_metadata(crm)
    threads = [threading.Thread(target=metadata.described) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(crm.calls) == 4


# ── when five at a time is not to be had ──


@pytest.mark.parametrize("code", ["OAUTH_SCOPE_MISMATCH", "NO_PERMISSION", "INVALID_DATA"])
def test_without_the_right_to_ask_for_five_each_is_asked_for_alone(code: str) -> None:
    crm = an_organization(*NAMES[:4]).on(FIVE, refusal(code))
    metadata = a_metadata(crm)

    assert len(metadata.described()) == 4
    assert crm.counted == {MODULES: 1, FIVE: 1, FIELDS: 4}


def test_without_such_a_requester_each_is_asked_for_alone() -> None:
    crm = an_organization(*NAMES[:3])

    assert len(a_metadata(crm, five=False).described()) == 3
    assert crm.counted == {MODULES: 1, FIELDS: 3}


def test_a_mixed_answer_for_five_is_taken_for_what_it_tells() -> None:
    crm = an_organization(*NAMES[:3])
    mixed = composite(lambda name: envelope("NO_PERMISSION") if name == "Module1" else fields_of(name))
    crm.on(FIVE, lambda call: a_crm_answer(mixed(call), status=207))

    assert len(a_metadata(crm).described()) == 2
    assert crm.counted == {MODULES: 1, FIVE: 1}


def test_what_one_call_for_five_does_not_tell_is_asked_for_alone() -> None:
    crm = an_organization(*NAMES[:5])
    crm.on(FIVE, composite(lambda name: envelope("INTERNAL_ERROR") if name == "Module2" else fields_of(name)))

    described = a_metadata(crm).described()

    assert [each.module.api_name for each in described] == NAMES[:5]
    assert [call.params for call in crm.calls if call.path == FIELDS] == [{"module": "Module2"}]


@pytest.mark.parametrize(
    "inner",
    [
        [],
        ["text", None],
        [{"status": "error", "code": "INVALID_DATA", "details": {}}],
        [{"details": None}, {"details": {"response": "text"}}, {"details": {"response": {"body": []}}}],
        [{"details": {"response": {"body": {"fields": "none"}}}}],
    ],
)
def test_an_odd_answer_for_five_costs_no_more_than_asking_one_by_one(inner: list[Any]) -> None:
    crm = an_organization(*NAMES[:3]).on(FIVE, {"__composite_requests": inner})

    assert len(a_metadata(crm).described()) == 3
    assert crm.counted[FIELDS] == 3


@pytest.mark.parametrize("failure", [the_end_of_the_day(), trouble()])
@pytest.mark.parametrize("path", [FIVE, FIELDS])
def test_what_is_not_about_a_module_ends_the_discovery(failure: AirbyteTracedException, path: str) -> None:
    crm = an_organization(*NAMES[:3]).on(path, failure)  # type: ignore[arg-type]

    with pytest.raises(AirbyteTracedException) as caught:
        a_metadata(crm, five=path == FIVE).described()

    assert caught.value is failure


def test_when_the_requester_gives_up_that_is_passing_trouble() -> None:
    crm = an_organization("Leads")
    crm.gives_up = True

    with pytest.raises(AirbyteTracedException) as caught:
        a_metadata(crm).described()

    assert caught.value.failure_type is FailureType.transient_error


# ── what is left out, and said ──


def test_a_module_that_refuses_its_fields_is_named_once_and_takes_no_other_with_it(
    caplog: pytest.LogCaptureFixture,
) -> None:
    crm = an_organization("Leads", "Secrets", "Deals")
    crm.on(FIVE, composite(lambda name: envelope("NO_PERMISSION") if name == "Secrets" else fields_of(name)))
    metadata = a_metadata(crm)

    for _ in range(3):
        assert [each.stream for each in metadata.described()] == ["crm_leads", "crm_deals"]

    (told,) = [record.getMessage() for record in caplog.records]
    assert told.startswith("crm_secrets cannot be read and is left out: Zoho does not tell its fields (NO_PERMISSION")
    assert "administrator" in told
    assert crm.counted == {MODULES: 1, FIVE: 1}
    with pytest.raises(KeyError):
        metadata.of("crm_secrets")


@pytest.mark.parametrize("nothing", [None, {"fields": []}])
def test_a_module_without_fields_is_left_out(nothing: Any, caplog: pytest.LogCaptureFixture) -> None:
    crm = an_organization("Leads", "Hollow")
    crm.on(FIVE, composite(lambda name: nothing if name == "Hollow" else fields_of(name))).on(FIELDS, nothing)

    assert [each.stream for each in a_metadata(crm).described()] == ["crm_leads"]
    assert "crm_hollow cannot be read and is left out: Zoho describes no fields of it." in caplog.text


def test_a_type_that_nobody_knows_is_named_once_with_its_fields(caplog: pytest.LogCaptureFixture) -> None:
    odd = {"fields": [field_row(name, "hologram", json_type="photons") for name in ("Face", "Hand")]}
    metadata = a_metadata(an_organization("Leads", "Deals").on(FIVE, composite(lambda _: odd)))

    for _ in range(3):
        assert len(metadata.described()) == 2

    told = [record.getMessage() for record in caplog.records]
    assert told == [
        f"{stream}: the type hologram of Face, Hand is not known to this connector; its values are read as they come."
        for stream in ("crm_leads", "crm_deals")
    ]


def test_modules_that_zohos_flags_leave_out_are_named_with_the_reason_once(caplog: pytest.LogCaptureFixture) -> None:
    rows = [module_row("Leads"), module_row("Hidden", viewable=False), module_row("Veiled", viewable=False)]
    metadata = a_metadata(an_organization().on(MODULES, {"modules": rows}))

    for _ in range(2):
        metadata.described()

    told = [record.getMessage() for record in caplog.records]
    assert len(told) == 1
    assert told[0].startswith("Modules of CRM without a stream: Hidden, Veiled: The profile of the user")


def test_a_sync_of_some_modules_does_not_speak_of_the_others(caplog: pytest.LogCaptureFixture) -> None:
    rows = [module_row("Leads"), module_row("Hidden", viewable=False)]
    a_metadata(an_organization().on(MODULES, {"modules": rows})).described(["crm_leads"])

    assert not caplog.records


# ── the list of modules ──


def test_a_refusal_of_the_list_is_asked_for_once() -> None:
    crm = Crm().on(MODULES, refusal("OAUTH_SCOPE_MISMATCH"))
    metadata = a_metadata(crm)

    for _ in range(3):
        with pytest.raises(AirbyteTracedException, match="OAUTH_SCOPE_MISMATCH"):
            metadata.listing()

    assert len(crm.calls) == 1


def test_after_passing_trouble_the_list_is_asked_for_again() -> None:
    crm = Crm().on(MODULES, trouble(), {"modules": [module_row("Leads")]})
    metadata = a_metadata(crm)
    with pytest.raises(AirbyteTracedException):
        metadata.listing()

    assert [module.api_name for module in metadata.listing().readable] == ["Leads"]


def test_modules_that_come_to_the_name_of_a_stream_of_ours_get_another() -> None:
    streams = a_metadata(an_organization("Users", "Leads")).streams()

    assert sorted(streams) == ["crm_leads", "crm_users_users"]


# ── cursors ──


@pytest.mark.parametrize(
    ("generated_type", "times", "cursor"),
    [
        ("default", ["Created_Time", "Modified_Time"], "Modified_Time"),
        ("field_tracker", ["Created_Time", "Modified_Time"], "Modified_Time"),
        ("field_tracker", ["Created_Time"], "Created_Time"),
        ("picklisttracker", ["Created_Time"], "Created_Time"),
        ("custom", ["Created_Time"], ""),
        ("subform", [], ""),
    ],
)
def test_a_module_is_read_by_the_time_that_tells_what_is_new(
    generated_type: str, times: list[str], cursor: str
) -> None:
    rows = {"fields": [field_row("Name"), *(field_row(name, "datetime") for name in times)]}
    crm = an_organization("Something", generated_type=generated_type).on(FIELDS, rows)

    (described,) = a_metadata(crm).described()

    assert described.cursor_field == cursor


def test_lists_hold_all_but_what_has_rows_of_its_own_and_the_id() -> None:
    rows = {"fields": [field_row("id", "bigint"), field_row("Name"), field_row("Lines", "subform")]}
    (described,) = a_metadata(an_organization("Quotes").on(FIELDS, rows)).described()

    assert described.listed == ["Name"]


# ── one for each process and run ──


def test_all_streams_of_a_process_share_what_is_known_until_the_next_run() -> None:
    crm = an_organization("Leads")
    for _ in range(3):
        metadata_for(CONFIG, crm, crm).described()  # type: ignore[arg-type]
    assert len(crm.calls) == 2

    crm_metadata.forget()
    crm.on(MODULES, {"modules": [module_row("Leads"), module_row("Deals")]})

    assert len(metadata_for(CONFIG, crm, crm).described()) == 2  # type: ignore[arg-type]


def test_another_grant_has_modules_of_its_own() -> None:
    ours, theirs = an_organization("Leads"), an_organization("Deals")
    metadata_for(CONFIG, ours).described()  # type: ignore[arg-type]

    (found,) = metadata_for({**CONFIG, "refresh_token": "another"}, theirs).described()  # type: ignore[arg-type]

    assert found.stream == "crm_deals"


def test_whoever_comes_first_five_are_asked_for_in_one_call_as_soon_as_somebody_can() -> None:
    crm = an_organization(*NAMES[:5])
    metadata_for(CONFIG, crm).listing()  # type: ignore[arg-type]

    metadata_for(CONFIG, crm, crm).described()  # type: ignore[arg-type]

    assert crm.counted == {MODULES: 1, FIVE: 1}


# ── why a stream is not there ──


def test_a_stream_without_a_module_is_explained() -> None:
    crm = an_organization("Leads", "Secrets").on(FIVE, refusal("OAUTH_SCOPE_MISMATCH"))
    crm.on(FIELDS, lambda call: refusal("NO_PERMISSION") if call.params["module"] == "Secrets" else fields_of("Leads"))
    metadata_for(CONFIG, crm, crm).described()  # type: ignore[arg-type]

    gone, secret = why_not(CONFIG, "crm_gone"), why_not(CONFIG, "crm_secrets")

    assert gone.message == (
        "crm_gone cannot be read: no module of this organization has this name (any more). "
        "Run discover again, or leave the stream out."
    )
    assert secret.message == (
        "crm_secrets cannot be read: Zoho said NO_PERMISSION. Run discover again, or leave the stream out."
    )
    assert gone.failure_type is FailureType.config_error


def test_when_the_modules_cannot_be_read_at_all_that_is_the_reason(caplog: pytest.LogCaptureFixture) -> None:
    metadata, failure = metadata_for(CONFIG, Crm()), refusal("OAUTH_SCOPE_MISMATCH")  # type: ignore[arg-type]

    for _ in range(2):
        metadata.leave_out(failure)

    assert why_not(CONFIG, "crm_leads") is failure
    assert [record.getMessage() for record in caplog.records] == [
        "The modules of CRM cannot be read and are left out: Zoho said OAUTH_SCOPE_MISMATCH."
    ]


def test_before_zoho_was_asked_nobody_knows_why() -> None:
    assert why_not(CONFIG, "crm_leads").failure_type is FailureType.transient_error
