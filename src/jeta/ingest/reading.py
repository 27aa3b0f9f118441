"""Reading files ahead of the one that is being committed, in other processes, as far as memory allows."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jeta import formats
from jeta.samples import sort_by_time

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from concurrent.futures import Future

    from jeta.formats import Delivery, Format

    Submit = Callable[["Request"], Future[Delivery]]

ROWS_AHEAD = 12_000_000
"""So many rows at most are read before it is their turn, besides one file: each takes some 20 bytes then."""

_FOS = "fos_hdf5"


@dataclass(frozen=True, slots=True)
class Request:
    """A file that is to be read, as it can be told to another process.

    Attributes
    ----------
    path : Path
        The file.
    options : mapping
        Keywords of `jeta.formats.fos_hdf5.FosHdf5`.
    """

    path: Path
    options: Mapping[str, Any] = field(default_factory=dict)


def read_delivery(request: Request) -> Delivery:
    """Read a file, and sort the rows of each MSID by time; rows that share an instant keep their order.

    Parameters
    ----------
    request : Request
        Which file.

    Returns
    -------
    Delivery
        Its rows.

    Raises
    ------
    FormatError
        If the file is of no known format, or is damaged.
    OSError
        If it is not there or may not be read.
    """
    return in_order(with_options(formats.identify(request.path), request.options, threads=1).read(request.path))


def in_order(delivery: Delivery) -> Delivery:
    """Return a delivery whose rows are sorted by time."""
    return replace(
        delivery, batches=tuple(replace(batch, samples=sort_by_time(batch.samples)) for batch in delivery.batches)
    )


def with_options(reader: Format, options: Mapping[str, Any], threads: int | None = None) -> Format:
    """Return a reader as the rules of an ingest want it, if they have a say in its format.

    Parameters
    ----------
    reader : Format
        What reads a file.
    options : mapping
        Keywords of `jeta.formats.fos_hdf5.FosHdf5`.
    threads : int, optional
        How many threads decode.
    """
    if reader.name != _FOS:
        return reader
    from jeta.formats.fos_hdf5 import FosHdf5  # noqa: PLC0415 - h5py is slow to import

    return FosHdf5(**options, threads=threads) if isinstance(reader, FosHdf5) else reader


@dataclass(frozen=True, slots=True)
class Expected:
    """A file that is going to be read.

    Attributes
    ----------
    path : Path
        The file.
    rows : int
        About how many rows it has.
    is_ahead : bool
        Whether it may be read before those that come before it are committed: what a table's values are, may depend on them.
    """

    path: Path
    rows: int
    is_ahead: bool


def read_ahead(
    files: Iterable[Expected], submit: Submit | None, options: Mapping[str, Any], *, most: int
) -> Iterator[Future[Delivery] | None]:
    """Give for each file, in order, its delivery to come, and have those that follow read meanwhile.

    Parameters
    ----------
    files : iterable of Expected
        The files.
    submit : callable or None
        Has a file read elsewhere; None for reading each when it is its turn.
    options : mapping
        As for `with_options`.
    most : int
        How many files at most are read before it is their turn.

    Yields
    ------
    Future or None
        None for a file that is to be read by the caller.
    """
    waiting: deque[tuple[Expected, Future[Delivery] | None]] = deque()
    coming = iter(files)
    following = next(coming, None)
    while following is not None or waiting:
        while following is not None and (not waiting or _has_room(waiting, following, most)):
            is_elsewhere = submit is not None and following.is_ahead
            future = submit(Request(following.path, options)) if submit is not None and is_elsewhere else None
            waiting.append((following, future))
            following = next(coming, None)
        yield waiting.popleft()[1]


def _has_room(waiting: deque[tuple[Expected, Future[Delivery] | None]], following: Expected, most: int) -> bool:
    """Whether one file more may be read ahead."""
    rows = sum(file.rows for file, future in waiting if future is not None)
    return len(waiting) <= most and rows + following.rows <= ROWS_AHEAD
