"""Small ingest files, written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import h5py
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

ROW = np.dtype(
    [
        ("id", ">i8"),
        ("observatoryTime", ">i8"),
        ("groundTime", ">i8"),
        ("apid", ">i2"),
        ("engineeringNumericValue", ">f8"),
        ("engineeringTextValue", "S80"),
        ("alarmStatus", ">i2"),
    ]
)
START_MS = 1_646_092_800_000


def rows(
    ids: Sequence[int],
    times: Sequence[int] | None = None,
    values: Sequence[float] | float = 0.0,
    texts: Sequence[bytes] | bytes = b"",
    apids: Sequence[int] | int = 100,
    alarms: Sequence[int] | int = 0,
) -> np.ndarray[Any, Any]:
    """Make rows; times are `START_MS` + 0, 1, 2 ... unless given."""
    made = np.zeros(len(ids), ROW)
    made["id"] = ids
    made["observatoryTime"] = START_MS + np.arange(len(ids)) if times is None else times
    made["engineeringNumericValue"] = values
    made["engineeringTextValue"] = texts
    made["apid"] = apids
    made["alarmStatus"] = alarms
    return made


def write(
    path: Path,
    *datasets: np.ndarray[Any, Any],
    names: Sequence[str] = (),
    origin: Any = (b"OBSERVATORY",),
    origin_name: str = "/dataOrigin",
    **storage: Any,
) -> Path:
    """Write a file with one dataset for each array of rows, named data1, data2 ... unless told otherwise."""
    options = {"userblock_size": storage.pop("userblock_size", 0), "libver": storage.pop("libver", None)}
    with h5py.File(path, "w", **options) as file:
        if origin is not None:
            file.attrs[origin_name] = np.array(origin) if isinstance(origin, tuple) else origin
        group = file.create_group("samples")
        for number, data in enumerate(datasets, 1):
            name = names[number - 1] if names else f"data{number}"
            dataset = group.create_dataset(name, data=data, **storage)
            times = data["observatoryTime"][data["id"] != 0] if "observatoryTime" in data.dtype.names else []
            if len(times):
                dataset.attrs["dataStartTime"] = np.array([times.min()])
                dataset.attrs["dataStopTime"] = np.array([times.max()])
    return path
