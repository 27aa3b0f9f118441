"""What a format must be able to do."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from jeta.formats.batch import Delivery, Description

AnyPath: TypeAlias = str | os.PathLike[str]


@runtime_checkable
class Format(Protocol):
    """One kind of input file. It never changes, moves or deletes the file.

    An instance holds no state of a file, so that threads may share it.
    """

    @property
    def name(self) -> str:
        """A short word that names the format, such as ``"edb_csv"``."""

    def identify(self, path: AnyPath) -> bool:
        """Tell whether a file is of this format, by its content.

        Parameters
        ----------
        path : str or path-like
            The file; at most some thousand bytes of it are read.

        Returns
        -------
        bool
            False for anything else, a folder and an empty file included.

        Raises
        ------
        OSError
            If the file is not there or may not be read.
        """

    def describe(self, path: AnyPath) -> Description:
        """Tell what a file holds, without reading all of it.

        Parameters
        ----------
        path : str or path-like
            The file.

        Returns
        -------
        Description
            What the file tells cheaply; times in ms since 1970 UTC.

        Raises
        ------
        FormatError
            If the file is not of this format.
        OSError
            If the file is not there or may not be read.
        """

    def read(self, path: AnyPath) -> Delivery:
        """Read all rows of a file.

        Parameters
        ----------
        path : str or path-like
            The file.

        Returns
        -------
        Delivery
            Every row of the file is either in one of its batches or counted in ``rejected``; ticks count from 1970 UTC.

        Raises
        ------
        FormatError
            If the file is not of this format, or is damaged.
        OSError
            If the file is not there or may not be read.
        """


@runtime_checkable
class SharedFormat(Format, Protocol):
    """A format whose files may be larger than memory: they are read in shares, some MSIDs at a time.

    Every row of an MSID is in exactly one share, rejected ones included. Rejected rows that cannot be told to belong to an
    MSID are counted in share 0 only. The shares of a file together are what `Format.read` returns, but for the order of
    the batches.
    """

    def shares(self, path: AnyPath, rows_at_once: int) -> int:
        """Tell into how many shares to divide a file.

        Parameters
        ----------
        path : str or path-like
            The file; it is not read as a whole.
        rows_at_once : int
            About how many rows a share may have, at least 1. A single MSID is never divided.

        Returns
        -------
        int
            At least 1.

        Raises
        ------
        FormatError
            If the file is not of this format.
        OSError
            If the file is not there or may not be read.
        """

    def read_share(self, path: AnyPath, share: int, shares: int) -> Delivery:
        """Read the rows of some MSIDs of a file.

        Parameters
        ----------
        path : str or path-like
            The file.
        share : int
            Which share, from 0 to `shares` - 1.
        shares : int
            Into how many shares the file is divided.

        Returns
        -------
        Delivery
            As of `Format.read`; ``rows_read`` counts the rows of the share, and an MSID is never in two shares.

        Raises
        ------
        FormatError
            If the file is not of this format, or is damaged.
        OSError
            If the file is not there or may not be read.
        ValuesError
            If there is no such share.
        """
