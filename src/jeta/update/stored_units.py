"""Values in the unit that the telemetry database says of their MSID."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from jeta.errors import ValuesError
from jeta.units import can_convert, convert_units

if TYPE_CHECKING:
    from jeta.samples import Samples
    from jeta.tdb import Entry

UNIT_NOT_KEPT = "unit not kept: the telemetry database has none for the MSID"


def in_stored_unit(name: str, samples: Samples, unit: str | None, entry: Entry | None) -> tuple[Samples, bool]:
    """Convert rows from the unit in which a source gives them to the one in which they are stored.

    Parameters
    ----------
    name : str
        The MSID, for messages.
    samples : Samples
        The rows.
    unit : str or None
        The source's label; None where it says nothing, and then nothing is converted.
    entry : Entry or None
        What the telemetry database says of the MSID.

    Returns
    -------
    samples : Samples
        The rows, those given where the unit is the same.
    is_kept : bool
        False where a unit was given and the telemetry database has none to compare it with.

    Raises
    ------
    ValuesError
        If there is no way to convert, or raw counts are stored, which have no unit.
    """
    if not unit or not _has_unit(samples):
        return samples, True
    if entry is not None and entry.calibrations is not None:
        raise ValuesError(
            f"{name}: the values are in {unit!r}, but of this MSID raw counts are stored, which its calibration turns into"
            f" {entry.unit or 'values'}; give the raw counts, without a unit"
        )
    if entry is None or not entry.unit:
        return samples, False
    return _converted(name, samples, unit, entry.unit), True


def _has_unit(samples: Samples) -> bool:
    """Whether rows are of what can have a unit: numbers."""
    return not samples.is_text and samples.values.dtype.kind != "b"


def _converted(name: str, samples: Samples, unit: str, stored: str) -> Samples:
    """Rows in another unit, those given where it is the same.

    Raises
    ------
    ValuesError
        If there is no way to convert.
    """
    if not can_convert(unit, stored):
        raise ValuesError(
            f"{name}: the values are in {unit!r}, and the telemetry database says {stored!r}, into which there is no"
            " conversion; correct the one or the other, or convert the values first"
        )
    values = np.asarray(convert_units(samples.values, unit, stored))
    return samples if values is samples.values else replace(samples, values=values)
