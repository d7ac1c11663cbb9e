"""How does one test hold many things to a rule, and name each that breaks it?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def every(things: Iterable[T], named: Callable[[T], str] = str) -> Callable[[Callable[[T], None]], Callable[[], None]]:
    """
    Make one test of a rule about one of *things*: it goes through all, and fails with the names of those that break it.

    As tests of their own, thousands of rules about a row of text would cost more in bookkeeping than in looking.
    """
    held = list(things)

    def a_test_of(rule: Callable[[T], None]) -> Callable[[], None]:
        def test() -> None:
            assert held, "a rule about nothing"
            broken = [problem for each in held if (problem := _problem(rule, each, named(each)))]
            if broken:
                names = ", ".join(str(problem.__notes__[-1]) for problem in broken)
                raise ExceptionGroup(f"{len(broken)} of {len(held)} break this rule: {names}", broken)

        test.__name__, test.__qualname__, test.__doc__ = rule.__name__, rule.__qualname__, rule.__doc__
        test.__module__ = rule.__module__
        return test

    return a_test_of


def _problem(rule: Callable[[T], None], thing: T, name: str) -> Exception | None:
    try:
        rule(thing)
    except AssertionError as problem:
        problem.add_note(name)
        return problem
    except Exception as trouble:
        trouble.add_note(f"with {name}")
        raise
    return None
