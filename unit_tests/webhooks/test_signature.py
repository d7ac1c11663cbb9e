"""Is Zoho's signature known from every other?"""

from __future__ import annotations

import pytest

from source_zoho.webhooks.refusals import Reason, Refused
from source_zoho.webhooks.signature import message_of, sign, verify
from unit_tests.webhooks.deliveries import SECRET, signed

MESSAGE = message_of([("name", "Ana"), ("address", "Old Rd 1")], b'{"a": 1}')
KEY = SECRET.encode()


def test_the_message_is_the_pairs_by_key_and_then_the_raw_body() -> None:
    assert MESSAGE == b'addressOld Rd 1nameAna{"a": 1}'


def test_pairs_of_one_key_keep_their_order() -> None:
    assert message_of([("b", "2"), ("a", "z"), ("a", "b")]) == b"azabb2"


def test_the_signature_is_the_one_that_the_standard_gives() -> None:
    # RFC 4231, test case 2.
    expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"

    assert sign(b"Jefe", b"what do ya want for nothing?") == expected


@pytest.mark.parametrize("change", [str.lower, str.upper, "  {} ".format])
def test_the_case_of_the_digits_does_not_matter(change: object) -> None:
    assert callable(change)

    verify(change(signed(MESSAGE)), [KEY], MESSAGE)


def test_one_secret_of_several_is_enough_while_one_replaces_another() -> None:
    verify(signed(MESSAGE, "theonebefore1"), [KEY, b"theonebefore1"], MESSAGE)


@pytest.mark.parametrize(
    "given", [signed(b"other"), signed(MESSAGE, "wrongsecret12"), "ß", "é" * 64, signed(MESSAGE)[:-1]]
)
def test_anything_else_is_refused(given: str) -> None:
    with pytest.raises(Refused, match="another one than this receiver's") as refused:
        verify(given, [KEY], MESSAGE)

    assert refused.value.reason is Reason.SIGNATURE
    assert SECRET not in str(refused.value)


def test_nothing_fits_without_a_secret() -> None:
    with pytest.raises(Refused):
        verify(signed(MESSAGE), [], MESSAGE)


def test_a_missing_signature_names_the_header_and_where_to_set_the_secret() -> None:
    with pytest.raises(Refused, match="no X-Zoho-Webhook-Signature header: set the secret token") as refused:
        verify("", [KEY], MESSAGE)

    assert refused.value.reason is Reason.UNSIGNED


def test_the_format_of_zoho_payments_is_named() -> None:
    with pytest.raises(Refused, match="which Zoho Payments uses"):
        verify(f"t=1700000000,v={signed(MESSAGE)}", [KEY], MESSAGE)
