"""``--scheduler``: the one way to a Dask cluster, for every command that can work on one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from pagefix.errors import UsageError

if TYPE_CHECKING:
    from distributed import Client


@contextmanager
def dask_client(scheduler: str) -> Iterator[Client]:
    """A client of the Dask scheduler at an address, or ``local:N`` for N worker processes here.

    The workers must see the archive and OUT under the same paths.  Raises
    :class:`~pagefix.errors.UsageError` where Dask is not installed, the number is none, or
    nobody answers at the address.
    """
    try:
        import distributed
    except ImportError:
        raise UsageError(
            "--scheduler needs Dask", place=scheduler, remedy="pip install 'pagefix[dask]'"
        ) from None
    connect: Any = distributed.Client
    kind, _, number = scheduler.partition(":")
    with ExitStack() as stack:
        try:
            if kind == "local":
                if not number.isdecimal() or not int(number):
                    raise UsageError(
                        "local: needs a number of processes", place=scheduler, remedy="write local:4"
                    )
                client = connect(
                    n_workers=int(number),
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address=None,
                    silence_logs=50,
                )
            else:
                client = connect(scheduler, timeout=10)
        except (OSError, ValueError) as fault:
            raise UsageError(
                f"no Dask scheduler answers ({fault})",
                place=scheduler,
                remedy="check the address, start it, or use local:N",
            ) from None
        stack.callback(client.close)
        if client.cluster is not None:
            stack.callback(client.cluster.close)
        yield client
