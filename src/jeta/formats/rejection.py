"""Why rows are left out. The reasons are short and stable: people and programs count by them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

PADDING = "padding"
WRONG_FIELDS = "wrong number of fields"
NOT_A_TIME = "time is not a valid date and time"
TIME_NOT_A_NUMBER = "time is not a number"
TIME_TOO_LARGE = "time does not fit into 64 bits"
NO_VALUE = "no value"
UNKNOWN_TYPE = "unknown type of value"
NOT_A_FLOAT = "value is not a float"
NOT_AN_INTEGER = "value is not an integer"
NOT_A_BOOLEAN = "value is not true or false"
NO_NAME = "no name of an MSID"
NOT_A_QUALITY = "quality is not a number or a truth value"
CALIBRATED = "calibrated value of an MSID whose raw counts are stored"
INTEGER_TOO_LARGE = "value does not fit into 64 bits"
INEXACT = "integer beyond 2**53 among floats"
TEXT_TOO_LONG = "text is too long"
ALARM_TOO_LARGE = "alarm status does not fit into 16 bits"


def foreign_origin(origin: str) -> str:
    """Return the reason for rows that the spacecraft did not send.

    Examples
    --------
    >>> foreign_origin("SIMULATOR")
    'foreign origin SIMULATOR'
    """
    return f"foreign origin {origin}"


def excluded_apid(apid: int) -> str:
    """Return the reason for rows of a packet type that is not archived.

    Parameters
    ----------
    apid : int
        Application process identifier of the packets.

    Examples
    --------
    >>> excluded_apid(712)
    'apid 712 is excluded'
    """
    return f"apid {apid} is excluded"


def kept_origin(origin: str) -> str:
    """Return the note on rows that the spacecraft did not send, and that are kept all the same.

    Examples
    --------
    >>> kept_origin("SIMULATOR")
    'foreign origin SIMULATOR is kept'
    """
    return f"foreign origin {origin} is kept"


def kept_apid(apid: int) -> str:
    """Return the note on rows of a packet type that is kept, but worth telling.

    Parameters
    ----------
    apid : int
        Application process identifier of the packets.

    Examples
    --------
    >>> kept_apid(712)
    'apid 712 is kept'
    """
    return f"apid {apid} is kept"


class Sieve:
    """Which rows are still in, and how many went out for which reason.

    A row goes out once: for the first reason that holds for it.

    Parameters
    ----------
    rows : int
        Number of rows, all of them in at first.

    Attributes
    ----------
    kept : bool array, shape (rows,)
        True for the rows that are in.
    counts : Counter
        Rows that went out, by reason.

    Examples
    --------
    >>> sieve = Sieve(3)
    >>> sieve.reject(np.array([True, False, False]), NO_VALUE)
    >>> sieve.kept.tolist(), dict(sieve.counts)
    ([False, True, True], {'no value': 1})
    """

    def __init__(self, rows: int) -> None:
        self.kept: NDArray[np.bool_] = np.ones(rows, dtype=np.bool_)
        self.counts: Counter[str] = Counter()

    def reject(self, bad: NDArray[np.bool_], reason: str) -> None:
        """Put rows out.

        Parameters
        ----------
        bad : bool array, shape (rows,)
            True for the rows to put out; those that are out already are not counted again.
        reason : str
            Why.
        """
        if number := int(np.count_nonzero(bad & self.kept)):
            self.counts[reason] += number
            self.kept &= ~bad

    def reject_at(self, rows: NDArray[np.intp], reason: str) -> None:
        """Put out the rows of some indices, as `reject` does.

        Parameters
        ----------
        rows : intp array, shape (rows to put out,)
            Indices from 0.
        reason : str
            Why.
        """
        bad = np.zeros(len(self.kept), dtype=np.bool_)
        bad[rows] = True
        self.reject(bad, reason)
