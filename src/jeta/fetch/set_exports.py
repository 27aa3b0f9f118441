"""`SetExports`: several MSIDs as tables of other packages, and as files."""

from __future__ import annotations

from collections import OrderedDict

from jeta.fetch.msid import MSID


class SetExports(OrderedDict[str, MSID]):
    """What hands a set of MSIDs on."""
