"""Files larger than memory, read some MSIDs at a time; formats that cannot do so are read as one share."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from jeta.errors import ValuesError
from jeta.formats.protocol import SharedFormat

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jeta.formats.batch import Delivery
    from jeta.formats.protocol import AnyPath, Format

# An odd factor without pattern: its products spread identifiers that are close, or multiples of a number, over all shares.
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_HIGH_HALF = np.uint64(32)


class Share(NamedTuple):
    """Which MSIDs of a file are read.

    Attributes
    ----------
    number, of : int
        The share, from 0, and how many there are.
    """

    number: int = 0
    of: int = 1

    @property
    def has_strays(self) -> bool:
        """Whether rows that belong to no MSID are counted here."""
        return self.number == 0

    def has(self, name: str) -> bool:
        """Tell whether an MSID is in this share; its case does not count, and no name is in the first.

        Examples
        --------
        >>> [Share(number, 2).has("SA_TEMP") for number in (0, 1)].count(True)
        1
        """
        return (
            self.of == 1
            or (zlib.crc32(name.upper().encode("utf-8", "backslashreplace")) if name else 0) % self.of == self.number
        )


def shares_of(reader: Format, path: AnyPath, rows_at_once: int) -> int:
    """Tell into how many shares to divide a file.

    Parameters
    ----------
    reader : Format
        The file's format, as `jeta.formats.identify` finds it.
    path : str or path-like
        The file.
    rows_at_once : int
        About how many rows a share may have, at least 1.

    Returns
    -------
    int
        1 for a format that is read as a whole.

    Raises
    ------
    FormatError
        If the file is not of this format.
    OSError
        If the file is not there or may not be read.
    ValuesError
        If `rows_at_once` is less than 1.

    Examples
    --------
    ::

        reader = formats.identify(path)
        count = formats.shares_of(reader, path, 20_000_000)
        for share in range(count):
            delivery = formats.read_share(reader, path, share, count)
    """
    if rows_at_once < 1:
        raise ValuesError(f"rows_at_once is {rows_at_once}; expected at least 1 row for a share")
    return reader.shares(path, rows_at_once) if isinstance(reader, SharedFormat) else 1


def read_share(reader: Format, path: AnyPath, share: int, shares: int) -> Delivery:
    """Read one share of a file; see `SharedFormat`.

    Parameters
    ----------
    reader : Format
        The file's format.
    path : str or path-like
        The file.
    share : int
        Which share, from 0 to `shares` - 1.
    shares : int
        Into how many the file is divided, as `shares_of` told; 1 for all rows at once.

    Returns
    -------
    Delivery
        The rows of the MSIDs of this share.

    Raises
    ------
    FormatError
        If the file is not of this format, or is damaged.
    OSError
        If the file is not there or may not be read.
    ValuesError
        If there is no such share, or more than one of a format that is read as a whole.
    """
    check_share(share, shares)
    if shares == 1:
        return reader.read(path)
    if not isinstance(reader, SharedFormat):
        raise ValuesError(f"the format {reader.name} is read as a whole; expected 1 share, got {shares}: ask shares_of")
    return reader.read_share(path, share, shares)


def check_share(share: int, shares: int) -> None:
    """Check that there is such a share.

    Raises
    ------
    ValuesError
        If there is not.
    """
    if not 0 <= share < shares:
        raise ValuesError(f"share {share} of {shares} does not exist; expected a share from 0 to {shares - 1}")


def shares_for(rows: int, rows_at_once: int) -> int:
    """Return how many shares some rows make.

    Examples
    --------
    >>> shares_for(0, 5), shares_for(10, 5), shares_for(11, 5)
    (1, 2, 3)
    """
    return max(1, -(-rows // rows_at_once))


def share_of_ids(ids: NDArray[np.int64], shares: int) -> NDArray[np.int64]:
    """Return the share to which each MSID belongs.

    Parameters
    ----------
    ids : int64 array, shape (rows,)
        Identifiers of MSIDs, any integers.
    shares : int
        Number of shares, 1 to 2**32.

    Returns
    -------
    int64 array, shape (rows,)
        0 to `shares` - 1, the same for the same identifier on every machine; nearby identifiers are in different shares.

    Examples
    --------
    >>> share_of_ids(np.array([7, 8, 7]), 1).tolist()
    [0, 0, 0]
    """
    spread = ids.view(np.uint64) * _SPREAD >> _HIGH_HALF
    return (spread % np.uint64(shares)).astype(np.int64)
