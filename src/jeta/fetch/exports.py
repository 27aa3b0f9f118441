"""`Exports`: the samples of one MSID as tables of other packages, and as files."""

from __future__ import annotations

from jeta.fetch.arrays import Arrays


class Exports(Arrays):
    """What hands the samples, or statistics, of one MSID on."""
