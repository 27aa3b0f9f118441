"""Simulated telemetry with known answers: for tests, for measurements, for trying jeta out.

=========================================  ========================================================================
`spacecraft`, `tdb_entries`, `Channel`     an invented observatory of some tens of MSIDs and its telemetry database
`simulate`, `alarm_status`                 the samples of one channel in any time range, and their alarm status
`write_delivery`, `SimulatedDelivery`      telemetry files with all that goes wrong in real ones, and the truth
`fos_rows`, `write_fos_file`               telemetry files of one's own making
`write_bulk_fos_file`, `bulk_tdb_entries`  one large telemetry file, for measurements
`one_hertz_temperature`                    one long temperature record, for measurements
=========================================  ========================================================================
"""

from __future__ import annotations

from jeta.testing.delivery import DeliveryPlan, PlannedFile, SimulatedDelivery, Truth, plan_delivery, write_delivery
from jeta.testing.fos_writer import (
    FOS_DTYPE,
    bulk_rows,
    bulk_tdb_entries,
    fos_rows,
    write_bulk_fos_file,
    write_fos_file,
)
from jeta.testing.simulation import alarm_status, one_hertz_temperature, simulate
from jeta.testing.spacecraft import Channel, Schedule, spacecraft, tdb_entries

__all__ = [
    "FOS_DTYPE",
    "Channel",
    "DeliveryPlan",
    "PlannedFile",
    "Schedule",
    "SimulatedDelivery",
    "Truth",
    "alarm_status",
    "bulk_rows",
    "bulk_tdb_entries",
    "fos_rows",
    "one_hertz_temperature",
    "plan_delivery",
    "simulate",
    "spacecraft",
    "tdb_entries",
    "write_bulk_fos_file",
    "write_delivery",
    "write_fos_file",
]
