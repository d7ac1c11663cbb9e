"""Do the two orders of records stay right under any sequence of changes?"""

from __future__ import annotations

import random

import pytest

from source_zoho.emulator.crm.order import Order, key_of, number_of_key


@pytest.mark.parametrize("seed", range(20))
def test_random_changes_keep_both_orders(seed: int) -> None:
    drawn = random.Random(seed)
    modified = {number: drawn.randrange(20) for number in range(30)}
    order = Order(sorted(modified), modified.__getitem__)
    if seed % 2:
        assert len(order.keys) == 30
    for number in range(30, 90):
        what, known = drawn.choice(("add", "move", "remove")), drawn.choice(sorted(modified))
        if what == "add":
            modified[number] = drawn.randrange(20)
            order.add(number)
        elif what == "remove":
            order.remove(known)
            del modified[known]
        else:
            before, modified[known] = modified[known], drawn.randrange(20)
            order.move(known, before, modified[known])

    since = drawn.randrange(20)
    by_time = sorted(modified, key=lambda number: (modified[number], number))
    assert list(order.numbers) == sorted(modified)
    assert [number_of_key(key) for key in order.keys] == by_time
    assert list(order.numbers_since(since)) == sorted(number for number in modified if modified[number] >= since)
    assert [number_of_key(key) for key in order.keys[order.first_since(since) :]] == [
        number for number in by_time if modified[number] >= since
    ]


def test_a_key_gives_its_record_back() -> None:
    assert number_of_key(key_of(1_750_000_000, 249_999)) == 249_999
    assert key_of(1, 5) < key_of(2, 0)
