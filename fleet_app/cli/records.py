"""What commands that read or change records share."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from fleet_app.cli.problems import Problem, explained

if TYPE_CHECKING:
    from fleet_app.bootstrap import Container

T = TypeVar("T")


@contextmanager
def records() -> Iterator[None]:
    """Running stores with the present schema; failures inside become a `Problem`."""
    from fleet_app.cli.progress import detail
    from fleet_app.kernel.errors import FleetError
    from fleet_app.runtime import migrations
    from fleet_app.runtime.engines import embedded_engines
    from fleet_app.settings import get_settings

    with explained(FleetError), embedded_engines(get_settings(), detail) as urls:
        if migrations.current(urls.database) != migrations.head():
            raise Problem(
                "the database does not have the schema of this version: run ./fleet db upgrade"
            )
        yield


def ask(action: Callable[[Container], Awaitable[T]]) -> T:
    """Run `action` on a container of its own, inside `records()`."""

    async def run() -> T:
        from fleet_app.bootstrap import Container
        from fleet_app.settings import get_settings

        container = Container(get_settings())
        try:
            return await action(container)
        finally:
            await container.close()

    return asyncio.run(run())
