"""Work beside the main path: made ahead, used once, never lost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

import anyio
import pytest

from sandbox.background import Later, Spares, background
from sandbox.errors import SandboxError

pytestmark = pytest.mark.anyio

T = TypeVar("T")


class Shop:
    """Makes numbers, and knows what became of each."""

    def __init__(self, *, failures: int = 0) -> None:
        self.made: list[int] = []
        self.disposed: list[int] = []
        self.unfit: set[int] = set()
        self.failures = failures
        self.go_on = threading.Event()
        self.go_on.set()

    def make(self) -> int:
        self.go_on.wait(10)
        if self.failures:
            self.failures -= 1
            raise SandboxError("it does not come up")
        self.made.append(len(self.made))
        return self.made[-1]

    def fit(self, number: int) -> bool:
        return number not in self.unfit

    def dispose(self, number: int) -> None:
        self.disposed.append(number)


async def test_what_is_taken_is_the_taker_s_and_nothing_else_is_made() -> None:
    shop = Shop()
    async with background() as beside:
        spares = Spares(background=beside, fit=shop.fit, dispose=shop.dispose)
        order = spares.order("image", shop.make)
        assert await order.take() == 0
        order.leave()
        await spares.close()
    assert (shop.made, shop.disposed) == ([0], [])


async def test_what_nobody_took_goes_to_the_next_of_the_same_kind_only() -> None:
    shop = Shop()
    async with background() as beside:
        spares = Spares(background=beside, fit=shop.fit, dispose=shop.dispose)
        spares.order("image", shop.make).leave()
        assert await spares.order("image", shop.make).take() == 0
        left = spares.order("image", shop.make)
        assert left.later is not None
        assert await left.later.result() == 1
        left.leave()
        assert await spares.order("other", shop.make).take() == 2
        await spares.close()
    assert (shop.made, shop.disposed) == ([0, 1, 2], [1])


async def test_one_that_has_gone_bad_is_disposed_of_and_made_anew() -> None:
    shop = Shop()
    shop.unfit.add(0)
    async with background() as beside:
        spares = Spares(background=beside, fit=shop.fit, dispose=shop.dispose)
        assert await spares.order("image", shop.make).take() == 1
    assert shop.disposed == [0]


async def test_the_one_that_has_gone_bad_is_disposed_of_even_if_the_new_one_is_there_first() -> None:
    shop = Shop()
    shop.unfit.add(0)
    begun: list[Callable[[], object]] = []
    async with background() as beside:

        class Slow:
            """Begins the disposal only when the new one has been taken."""

            def begin(self, function: Callable[[], T]) -> Later[T]:
                if shop.made and not begun:
                    begun.append(function)
                    return Later()
                return beside.begin(function)

        spares = Spares(background=beside, fit=shop.fit, dispose=shop.dispose)
        order = spares.order("image", shop.make)
        assert order.later is not None
        await order.later.result()
        spares.background = Slow()  # type: ignore[assignment]
        assert await order.take() == 1
        begun[0]()
    assert shop.disposed == [0]


async def test_one_that_could_not_be_made_ahead_is_made_when_needed() -> None:
    shop = Shop(failures=1)
    async with background() as beside:
        spares = Spares(background=beside, fit=shop.fit, dispose=shop.dispose)
        assert await spares.order("image", shop.make).take() == 0


async def test_a_failure_that_lasts_reaches_who_needs_it_as_it_was_raised_and_nobody_else() -> None:
    shop = Shop(failures=2)
    async with background() as beside:
        spares = Spares(background=beside, fit=shop.fit, dispose=shop.dispose)
        order = spares.order("image", shop.make)
        with pytest.raises(SandboxError, match="does not come up"):
            await order.take()
        order.leave()
        assert await spares.order("image", shop.make).take() == 0
        await spares.close()


async def test_one_that_is_waited_for_when_all_stops_is_made_to_the_end_and_disposed_of() -> None:
    shop = Shop()
    shop.go_on.clear()
    async with background() as beside:
        spares = Spares(background=beside, fit=shop.fit, dispose=shop.dispose)
        order = spares.order("image", shop.make)
        with anyio.move_on_after(0.05):
            await order.take()
        order.leave()
        shop.go_on.set()
        await spares.close()
    assert (shop.made, shop.disposed) == ([0], [0])


async def test_a_failure_of_the_block_is_raised_as_it_is_after_what_was_begun_is_done() -> None:
    done: list[str] = []
    with pytest.raises(SandboxError, match=r"^no$"):
        async with background() as beside:
            beside.begin(lambda: done.append("begun"))
            raise SandboxError("no")
    assert done == ["begun"]
