"""`Pictures`: the samples of one MSID as a plot."""

from __future__ import annotations

from jeta.fetch.arrays import Arrays


class Pictures(Arrays):
    """What draws the samples, or statistics, of one MSID."""
