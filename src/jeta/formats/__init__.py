"""Input files: what they are, what they hold, and their rows grouped by MSID.

Each format obeys one protocol, `Format`: ``identify`` by content, ``describe`` without reading all, ``read`` into a
`Delivery`. One that obeys `SharedFormat` too reads files that are larger than memory, some MSIDs at a time. Formats of
other packages join by the entry point group ``jeta.formats``, and prove themselves with `jeta.testing.formats.FormatTests`.

Rows are only left out if they have no valid time or no valid value, and each such row is counted with its reason.
Whether an instant is plausible, or an MSID known, is for the caller to judge.
"""

from __future__ import annotations

from jeta.formats.batch import Batch, Delivery, Description
from jeta.formats.protocol import Format, SharedFormat
from jeta.formats.registry import describe, formats, identify, read
from jeta.formats.shares import read_share, shares_of

__all__ = [
    "Batch",
    "Delivery",
    "Description",
    "Format",
    "SharedFormat",
    "describe",
    "formats",
    "identify",
    "read",
    "read_share",
    "shares_of",
]
