"""Units of values: what they are called in each system of units, and conversion between them.

Two ways in: by MSID (`Units`, and the ancestors' module functions `set_units`, `get_msid_unit` and `convert`), where labels
come from a telemetry database; and by label (`convert_units`, `convert_columns`). Importing this costs no more than numpy:
astropy is loaded for the first conversion that the formulas in `converters` do not cover.
"""

from __future__ import annotations

from jeta.units.conversion import can_convert, convert_columns, convert_units
from jeta.units.formulas import SYNONYMS, C_to_F, C_to_K, Converter, F_to_C, F_to_K, K_to_C, K_to_F, converters
from jeta.units.labels import SYSTEMS, LabelSource, LabelTable, label_in
from jeta.units.systems import (
    SystemLabels,
    Units,
    convert,
    get_msid_unit,
    load_units,
    set_default_labels,
    set_units,
    units,
)

__all__ = [
    "SYNONYMS",
    "SYSTEMS",
    "C_to_F",
    "C_to_K",
    "Converter",
    "F_to_C",
    "F_to_K",
    "K_to_C",
    "K_to_F",
    "LabelSource",
    "LabelTable",
    "SystemLabels",
    "Units",
    "can_convert",
    "convert",
    "convert_columns",
    "convert_units",
    "converters",
    "get_msid_unit",
    "label_in",
    "load_units",
    "set_default_labels",
    "set_units",
    "units",
]
