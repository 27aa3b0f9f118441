"""The HDF5 file in which JWST telemetry comes from the flight operations system: many MSIDs, known by number.

::

    /                       attribute '/dataOrigin' (the slash is part of the name): an array of bytes
    /samples/data1..dataN   rows of `layout.FIELDS`; attributes dataStartTime and dataStopTime: ms since 1970 UTC
"""

from __future__ import annotations

from jeta.formats.fos_hdf5.reader import FosHdf5

__all__ = ["FosHdf5"]
