"""Where samples come from besides the archive: one protocol, the sources that obey it, and the choice among them.

`data_source` chooses; `Source` is what a source must be able to do; `register`, or an entry point of the group
``jeta.sources``, makes one known. The public MAST Engineering Database is in `jeta.sources.mast`.
"""

from __future__ import annotations

from jeta.sources.choice import Selected, data_source, set_local
from jeta.sources.combine import drop_second_half, fill, merge, missing_spans
from jeta.sources.options import Spec, parse_spec
from jeta.sources.protocol import Source
from jeta.sources.registry import known, register, unregister
from jeta.sources.rows import cut, rows_of

__all__ = [
    "Selected",
    "Source",
    "Spec",
    "cut",
    "data_source",
    "drop_second_half",
    "fill",
    "known",
    "merge",
    "missing_spans",
    "parse_spec",
    "register",
    "rows_of",
    "set_local",
    "unregister",
]
