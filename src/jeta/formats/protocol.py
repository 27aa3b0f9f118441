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
