"""FITS files of telemetry: binary tables with a column of times, such as Level-0 files of the Chandra X-ray Center.

FITS is read here byte by byte, not by way of astropy: what a damaged file claims is checked before memory is taken for it.
"""

from __future__ import annotations

from jeta.formats.fits_table.reader import FitsTable

__all__ = ["FitsTable"]
