"""FITS files for tests, written by astropy, which jeta does not use to read them."""

from __future__ import annotations

import numpy as np
from astropy.io import fits

TT = {"MJDREF": 50814.0, "TIMESYS": "TT", "TIMEZERO": 0.0, "TIMEUNIT": "s"}
"""The clock of files of the Chandra X-ray Center."""


def table(columns, header=None, name=None):
    """One table of ``(name, form, values)`` or ``(name, form, values, more keywords of a column)``."""
    made = [fits.Column(each[0], each[1], array=each[2], **(each[3] if len(each) > 3 else {})) for each in columns]
    hdu = fits.BinTableHDU.from_columns(made, name=name)
    hdu.header.update(TT if header is None else header)
    return hdu


def write(path, *tables):
    """Write tables behind an empty primary header."""
    fits.HDUList([fits.PrimaryHDU(), *tables]).writeto(path)
    return path


def timed(*columns, seconds=(10.0, 11.0, 12.0), header=None, name=None):
    """A table whose times are whole seconds of 1998."""
    return table([("TIME", "D", np.array(seconds, float)), *columns], header, name)


ZERO_UNIX_MS = 883_612_736_816
"""1997-12-31T23:58:56.816 UTC, the zero of those times, ms since 1970."""


def by_key(delivery):
    """The samples by MSID."""
    return {batch.key: batch.samples for batch in delivery.batches}
