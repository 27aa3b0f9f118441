"""Small archives, written out sample by sample; seconds are those of 1970."""

from __future__ import annotations

import numpy as np

from jeta import fetch, update
from jeta.tdb import write_yaml


def put(name, seconds, vals, bads=None, archive=None):
    """Add samples to an archive, by default the one in use."""
    update.append(name, np.asarray(seconds, np.float64), vals, bads, archive=archive)


def fetched(name, seconds, vals, bads=None, **kwargs):
    """Put samples into the archive in use and fetch them all."""
    put(name, seconds, vals, bads)
    return fetch.MSID(name, -1e6, 1e6, **kwargs)


def describe(archive, *entries):
    """Say in the telemetry database of an archive what MSIDs are."""
    write_yaml(list(entries), archive.layout.tdb / "msids.yaml")


def pairs(table):
    """Starts and stops of a table of intervals."""
    return list(zip(table["tstart"].tolist(), table["tstop"].tolist(), strict=True))


def columns(dat):
    """Times, values and bad flags as lists; None where there are no flags."""
    return dat.times.tolist(), dat.vals.tolist(), None if dat.bads is None else dat.bads.tolist()
