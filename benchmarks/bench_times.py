"""Reading times in the forms that users type. Peer in the same run: astropy's general parser."""

from __future__ import annotations

import time

import numpy as np
from astropy.time import Time
from measuring import arguments, median_s, report

from jeta.times import show, ticks_to_seconds, to_seconds, to_ticks

_FORMS = {
    "2022:143": "2022:143",
    "2022:143:00:36:07.888": "2022:143:00:36:07.888",
    "2022-05-23T00:36:07.888": "2022-05-23T00:36:07.888",
    "float": 1653266167.888,
    "datetime64": np.datetime64("2022-05-23T00:36:07.888"),
}
_CALLS = 1000


def main() -> None:
    options = arguments(__doc__)
    rows = 100_000 if options.quick else 10_000_000
    lines = []
    for name, value in _FORMS.items():
        own_us = median_s(lambda value=value: [to_seconds(value) for _ in range(_CALLS)], 11) / _CALLS * 1e6
        line = f"{own_us:6.2f} us"
        if isinstance(value, str):
            started = time.perf_counter()
            for _ in range(100):
                _ = Time(value).unix
            astropy_us = (time.perf_counter() - started) / 100 * 1e6
            line += f"  (astropy {astropy_us:.0f} us, ratio {astropy_us / own_us:.0f})"
        lines.append((name, line))
    lines.append(
        (
            "to a date",
            f"{median_s(lambda: [show(1653266167.888, 'date') for _ in range(_CALLS)], 11) / _CALLS * 1e6:6.2f} us",
        )
    )
    report("one time", lines)
    seconds = 1.65e9 + np.arange(rows) * 1.024
    ticks = to_ticks(seconds).ticks
    figures = [
        (f"{rows:,} seconds to ticks", median_s(lambda: to_ticks(seconds), 3)),
        (f"{rows:,} ms ticks to seconds", median_s(lambda: ticks_to_seconds(ticks, "ms"), 3)),
        (f"{rows:,} numbers divided by 1000 (peer)", median_s(lambda: ticks / 1000.0, 3)),
    ]
    report(
        "arrays",
        [(name, f"{taken_s:.3f} s  ({rows / taken_s / 1e6:.0f} million a second)") for name, taken_s in figures],
    )


if __name__ == "__main__":
    main()
