"""`SetPictures`: several MSIDs as a plot."""

from __future__ import annotations

from collections import OrderedDict

from jeta.fetch.msid import MSID


class SetPictures(OrderedDict[str, MSID]):
    """What draws a set of MSIDs."""
