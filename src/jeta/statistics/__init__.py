"""Statistics of an MSID per bin of time: counts, extrema, means, spread, percentiles, states.

`statistics` makes of samples the arrays that users see; `bin_columns` makes the columns as they are stored, and `as_attributes`
gives stored columns the names that users see. Everything is arithmetic on arrays: no file is read.

==================================  ==================================================================================
`bin_columns`, `statistics`         samples that each stand for the time around them
`text_columns`, `counts_of_states`  texts by code, and the counts of their states
`held_columns`                      values that hold until the next, as on-change MSIDs have them; `held_text_columns` too
`width_of`, `percentile_columns`    what a user asks for, as widths and columns
==================================  ==================================================================================

Examples
--------
>>> import numpy as np
>>> result = statistics(np.array([0.0, 100.0, 400.0]), np.array([1.0, 3.0, 7.0]), 328, daily=False)
>>> result["times"].tolist(), result["samples"].tolist(), result["means"].tolist()
([164.0, 492.0], [2, 1], [2.0, 7.0])
"""

from jeta.statistics.bins import BIN_WIDTHS_S, Bins, bin_edges, bin_midpoints, bin_numbers, bin_width_s
from jeta.statistics.compute import bin_columns, statistics
from jeta.statistics.held import held_columns, held_text_columns
from jeta.statistics.records import (
    PERCENTILES,
    as_attributes,
    attribute_name,
    column_names,
    percentile_columns,
    state_columns,
)
from jeta.statistics.states import counts_of_states, text_columns
from jeta.statistics.widths import Width, width_of

__all__ = [
    "BIN_WIDTHS_S",
    "PERCENTILES",
    "Bins",
    "Width",
    "as_attributes",
    "attribute_name",
    "bin_columns",
    "bin_edges",
    "bin_midpoints",
    "bin_numbers",
    "bin_width_s",
    "column_names",
    "counts_of_states",
    "held_columns",
    "held_text_columns",
    "percentile_columns",
    "state_columns",
    "statistics",
    "text_columns",
    "width_of",
]
