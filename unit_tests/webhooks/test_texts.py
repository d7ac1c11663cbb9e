"""Does every text survive a database that does not take every text?"""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from source_zoho.webhooks.texts import as_it_was, keepable

examples = settings(max_examples=100, derandomize=True, database=None, deadline=None)
# With the mark, its digits and half pairs far more often than chance would have them.
ODD_TEXTS = st.text(st.sampled_from("\x00\x1a0d8f\ud800\udfff") | st.characters(codec=None))


@examples
@given(ODD_TEXTS)
def test_every_text_comes_back_as_it_was(text: str) -> None:
    assert as_it_was(keepable(text)) == text


@examples
@given(ODD_TEXTS)
def test_what_is_kept_is_taken_by_every_database(text: str) -> None:
    assert "\x00" not in keepable(text)
    assert keepable(text).encode("utf-8").decode("utf-8") == keepable(text)


@examples
@given(ODD_TEXTS, ODD_TEXTS)
def test_different_texts_stay_different(one: str, other: str) -> None:
    assert (keepable(one) == keepable(other)) == (one == other)


def test_a_usual_text_is_kept_for_people_to_read() -> None:
    text = '{"name": "Ђорђе 🐦", "note": "\\u0000"}'

    assert keepable(text) is text
    assert keepable("a\x00b\ud83d") == "a\x1a0000b\x1ad83d"
