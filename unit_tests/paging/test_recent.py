"""Is a version emitted once while it may come back, and is the memory bounded?"""

from __future__ import annotations

from source_zoho.paging.recent import Recent


def test_a_version_is_new_once() -> None:
    recent = Recent()

    assert [recent.is_first_sight(version) for version in ("a", "b", "a", "a")] == [True, True, False, False]


def test_another_version_of_the_same_row_is_new() -> None:
    recent = Recent()

    assert recent.is_first_sight(("1", "2025-01-01T00:00:00+0000"))
    assert recent.is_first_sight(("1", "2025-01-02T00:00:00+0000"))


def test_the_oldest_is_forgotten_when_the_memory_is_full() -> None:
    recent = Recent(remembered=2)
    for version in ("a", "b", "c"):
        recent.is_first_sight(version)

    assert not recent.is_first_sight("c")
    assert not recent.is_first_sight("b")
    assert recent.is_first_sight("a")


def test_fifty_thousand_versions_are_remembered() -> None:
    recent = Recent()
    for version in range(50_000):
        recent.is_first_sight(version)

    assert not recent.is_first_sight(0)
