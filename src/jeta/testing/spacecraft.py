"""A simulated observatory: what each of its channels is and how its signal goes.

Names follow the style of the James Webb Space Telescope; the channels, identifiers and values are invented. Every
signal is described by amplitude, rate and duration, so that a test can say beforehand what the archive must answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from jeta.tdb import Entry, Limits
from jeta.testing.signals import Converter, Count, Cycle, Ramp, Signal, Steps, Turns, milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a channel is sent that is not always on: once a period.

    Attributes
    ----------
    every_s : float
        The period, s, counted from 1970-01-01.
    first_s : float
        From where in the period the channel is on, s.
    length_s : float
        For how long, s.
    """

    every_s: float
    first_s: float
    length_s: float


@dataclass(frozen=True, slots=True)
class Channel:
    """One simulated MSID.

    Attributes
    ----------
    name : str
        Name of the MSID.
    id : int
        Its number in files of telemetry, > 0.
    description, unit, subsystem : str
        For the telemetry database; the unit is empty where there is none.
    type : {'float64', 'int64', 'bool', 'state'}
        Kind of value, in the words of the telemetry database.
    cadence_s : float
        Time from sample to sample, s, a whole number of ms; the mean of it for an on-change channel.
    signal : Signal
        Its values over time.
    apid : int
        Packet that carries it, > 0 and not 712.
    on_change : bool
        Whether it is sent when it changes: once in each slot of `cadence_s`, at a random instant of the slot.
    state_codes : tuple of (int, str)
        Text of each numeric code of a state; empty for other types.
    yellow, red : tuple of (float, float), or None
        Lower and upper limit, inclusive, in the unit of the channel: outside of them the alarm status is 1 or 2.
    schedule : Schedule or None
        When it is sent; None for always.
    """

    name: str
    id: int
    description: str
    unit: str
    type: str
    subsystem: str
    cadence_s: float
    signal: Signal
    apid: int
    on_change: bool = False
    state_codes: tuple[tuple[int, str], ...] = ()
    yellow: tuple[float, float] | None = None
    red: tuple[float, float] | None = None
    schedule: Schedule | None = None

    @property
    def cadence_ms(self) -> int:
        """Time from sample to sample, ms."""
        return milliseconds(self.cadence_s)

    @property
    def jitter_ms(self) -> int:
        """How many ms a sample may come after its nominal instant, exclusive bound; less than the cadence."""
        return self.cadence_ms if self.on_change else min(8, self.cadence_ms // 16)


_APID = {
    "MIRI": 101, "NIRCAM": 102, "NIRSPEC": 103, "NIRISS": 104, "FGS": 105,
    "ACS": 201, "EPS": 202, "TCS": 203, "FSW": 204, "COM": 205,
}  # fmt: skip
_COLD = Converter(low=0.0, step=2.0**-6)
_WARM = Converter(low=220.0, step=2.0**-5)
_SCIENCE = Schedule(every_s=4 * 3600.0, first_s=5400.0, length_s=600.0)

# name, id, description, subsystem, cadence s, mean K, amplitude K, period s, noise K, yellow limit in amplitudes
_TEMPERATURES = (
    ("IMIR_DECK_TEMP1", 1101, "optical deck", "MIRI", 4.096, 6.7, 0.25, 7200.0, 0.02, 1.6),
    ("IMIR_DECK_TEMP2", 1102, "optical deck, second sensor", "MIRI", 4.096, 6.75, 0.25, 7200.0, 0.02, 1.6),
    ("IMIR_FPE_BOX_TEMP", 1103, "focal plane electronics box", "MIRI", 8.192, 291.0, 3.0, 10800.0, 0.1, 0.9),
    ("INRC_A_BENCH_TEMP", 1201, "bench of module A", "NIRCAM", 4.096, 38.5, 0.5, 14400.0, 0.03, 1.6),
    ("INRC_B_BENCH_TEMP", 1202, "bench of module B", "NIRCAM", 4.096, 38.6, 0.5, 14400.0, 0.03, 1.6),
    ("INRC_ICE_BOX_TEMP", 1203, "instrument control electronics box", "NIRCAM", 8.192, 285.0, 4.0, 10800.0, 0.1, 1.6),
    ("INRS_BENCH_TEMP", 1301, "optical bench", "NIRSPEC", 4.096, 35.8, 0.4, 14400.0, 0.03, 1.6),
    ("INRS_SHUTTER_TEMP", 1302, "micro-shutter array", "NIRSPEC", 8.192, 40.1, 0.6, 5400.0, 0.05, 1.6),
    ("INIS_OPTICS_TEMP", 1401, "optics assembly", "NIRISS", 8.192, 38.9, 0.3, 14400.0, 0.03, 1.6),
    ("IFGS_OPTICS_TEMP", 1501, "guider optics assembly", "FGS", 8.192, 38.8, 0.3, 14400.0, 0.03, 1.6),
    ("SE_BATT_TEMP1", 2201, "battery, first pack", "EPS", 8.192, 288.0, 2.0, 86400.0, 0.2, 0.95),
    ("SE_BATT_TEMP2", 2202, "battery, second pack", "EPS", 8.192, 288.5, 2.0, 86400.0, 0.2, 1.6),
    ("ST_SHIELD_HOT_TEMP", 2301, "sunward layer of the sunshield", "TCS", 32.768, 330.0, 8.0, 86400.0, 0.5, 1.6),
    ("ST_SHIELD_COLD_TEMP", 2302, "coldest layer of the sunshield", "TCS", 32.768, 36.0, 1.0, 86400.0, 0.05, 1.6),
    ("ST_RADIATOR_TEMP", 2303, "electronics radiator", "TCS", 8.192, 270.0, 6.0, 5400.0, 0.2, 1.6),
)

# name, id, description, unit, subsystem, cadence s, signal, yellow limits, red limits
_ELECTRICAL = (
    ("SE_BUS_VOLT", 2203, "main bus voltage", "V", "EPS", 1.024,
     Cycle(30.5, 1.5, 5400.0, 0.05, Converter(0.0, 2.0**-6)), (28.0, 33.0), (26.0, 35.0)),
    ("SE_BUS_CURR", 2204, "main bus current", "A", "EPS", 1.024,
     Steps((21.0, 26.5, 24.0, 33.0), 900.0, 0.2, Converter(0.0, 2.0**-6)), (10.0, 34.0), (5.0, 40.0)),
    ("SE_ARRAY_CURR", 2205, "solar array current", "A", "EPS", 4.096,
     Cycle(40.0, 6.0, 5400.0, 0.3, Converter(0.0, 2.0**-6)), (20.0, 60.0), None),
    ("SE_BATT_VOLT", 2206, "battery voltage", "V", "EPS", 4.096,
     Cycle(31.0, 0.4, 5400.0, 0.02, Converter(0.0, 2.0**-6)), (29.0, 33.0), (27.0, 35.0)),
    ("IMIR_FPE_P5_VOLT", 1104, "focal plane electronics +5 V supply", "V", "MIRI", 4.096,
     Cycle(5.01, 0.01, 10800.0, 0.003, Converter(0.0, 2.0**-9)), (4.9, 5.1), (4.75, 5.25)),
    ("INRC_ICE_P15_VOLT", 1204, "control electronics +15 V supply", "V", "NIRCAM", 4.096,
     Cycle(15.02, 0.02, 10800.0, 0.01, Converter(0.0, 2.0**-7)), (14.8, 15.2), (14.5, 15.5)),
    ("INRC_ICE_P15_CURR", 1205, "control electronics +15 V current", "mA", "NIRCAM", 4.096,
     Steps((120.0, 120.0, 310.0), 600.0, 1.5, Converter(0.0, 2.0**-3)), (50.0, 400.0), None),
    ("IFGS_HTR_CURR", 1502, "guider heater current", "mA", "FGS", 8.192,
     Steps((0.0, 85.0), 1200.0, 0.5, Converter(0.0, 2.0**-3)), None, (0.0, 150.0)),
    ("SF_RECORDER_FILL", 2401, "solid state recorder, share in use", "%", "FSW", 8.192,
     Ramp(4.0, 88.0, 43200.0, 0.0, Converter(0.0, 2.0**-5)), (0.0, 85.0), (0.0, 87.0)),
)  # fmt: skip

# name, id, description, unit, subsystem, mean, amplitude, period s, noise; sent at 0.064 s while science is taken
_FAST = (
    ("SA_ATT_Q1", 2111, "attitude quaternion, first component", "", "ACS", 0.31, 2e-6, 240.0, 2e-8),
    ("SA_ATT_Q2", 2112, "attitude quaternion, second component", "", "ACS", -0.12, 3e-6, 300.0, 2e-8),
    ("SA_ATT_Q3", 2113, "attitude quaternion, third component", "", "ACS", 0.54, 1e-6, 180.0, 2e-8),
    ("SA_ATT_Q4", 2114, "attitude quaternion, scalar component", "", "ACS", 0.77, 1e-6, 210.0, 2e-8),
    ("IFGS_CENTROID_X", 1503, "guide star centroid, x", "arcsec", "FGS", 0.0, 0.004, 120.0, 0.002),
    ("IFGS_CENTROID_Y", 1504, "guide star centroid, y", "arcsec", "FGS", 0.0, 0.004, 150.0, 0.002),
)

# name, id, description, subsystem, cadence s, on change, codes in their order, dwell s (where not on change), texts
_STATES = (
    ("SA_CTRL_MODE", 2121, "attitude control mode", "ACS", 8.192, False, (1, 3, 2, 3, 2, 3), 1800.0,
     ((0, "SAFE"), (1, "IDLE"), (2, "SLEW"), (3, "FINE_GUIDE"))),
    ("INRS_LAMP_STATE", 1303, "calibration lamp", "NIRSPEC", 8.192, False, (0, 0, 0, 1, 0, 2), 1200.0,
     ((0, "OFF"), (1, "FLAT"), (2, "LINE"))),
    ("IMIR_GRATING_POS", 1105, "grating wheel position", "MIRI", 1800.0, True, (1, 2, 3), None,
     ((0, "UNKNOWN"), (1, "SHORT"), (2, "MEDIUM"), (3, "LONG"))),
    ("INRC_FILTER_POS", 1206, "filter wheel position", "NIRCAM", 900.0, True, (1, 4, 2, 5, 3, 0), None,
     ((0, "MOVING"), (1, "F090"), (2, "F150"), (3, "F200"), (4, "F277"), (5, "F444"))),
    ("INIS_PUPIL_POS", 1402, "pupil wheel position", "NIRISS", 2700.0, True, (2, 0, 1, 0), None,
     ((0, "MOVING"), (1, "CLEAR"), (2, "MASK"))),
    ("IFGS_GUIDE_STATE", 1505, "state of the guide function", "FGS", 60.0, True, (0, 1, 2, 3), None,
     ((0, "STANDBY"), (1, "ACQUIRE"), (2, "TRACK"), (3, "GUIDE"))),
)  # fmt: skip

# name, id, description, subsystem, mean time between counts s, number of values
_COUNTERS = (
    ("IMIR_CMD_COUNT", 1106, "commands accepted", "MIRI", 45.0, 256),
    ("INRC_CMD_COUNT", 1207, "commands accepted", "NIRCAM", 30.0, 256),
    ("SF_FRAME_COUNT", 2402, "frames sent to ground", "FSW", 15.0, 65536),
    ("SF_EVENT_COUNT", 2403, "event messages", "FSW", 120.0, 65536),
)

# name, id, description, subsystem, levels in their order, dwell s
_FLAGS = (
    ("SC_CARRIER_LOCK", 2501, "receiver locked on the carrier", "COM", (1, 1, 1, 0), 3600.0),
    ("ST_HTR_A_ON", 2304, "heater branch A is powered", "TCS", (0, 1), 1350.0),
)


def spacecraft() -> tuple[Channel, ...]:
    """Return the simulated observatory's channels.

    Returns
    -------
    tuple of Channel
        Sorted by name; names and identifiers are distinct.

    Examples
    --------
    >>> wheel = next(c for c in spacecraft() if c.name == "SA_RW1_SPEED")
    >>> wheel.unit, wheel.cadence_s
    ('rpm', 4.096)
    """
    kinds = (_temperatures(), _wheels(), _electrical(), _fast(), _states(), _counters(), _flags())
    return tuple(sorted((channel for kind in kinds for channel in kind), key=lambda channel: channel.name))


def tdb_entries(channels: Iterable[Channel] | None = None) -> list[Entry]:
    """Return the telemetry database of some channels.

    Parameters
    ----------
    channels : iterable of Channel, optional
        The channels; by default `spacecraft`.

    Returns
    -------
    list of Entry
        One a channel; an on-change channel promises no cadence.

    Examples
    --------
    >>> next(entry.limits.red_high for entry in tdb_entries() if entry.name == "SE_BUS_VOLT")
    35.0
    """
    return [
        Entry(
            channel.name,
            id=channel.id,
            description=channel.description,
            unit=channel.unit or None,
            type=channel.type,
            state_codes=tuple(channel.state_codes),
            limits=_limits(channel),
            subsystem=channel.subsystem,
            cadence_s=None if channel.on_change else channel.cadence_s,
            on_change=channel.on_change,
        )
        for channel in (spacecraft() if channels is None else channels)
    ]


def _limits(channel: Channel) -> Limits | None:
    """Limits of a channel, None if it has none."""
    red, yellow = channel.red or (None, None), channel.yellow or (None, None)
    return Limits(red_low=red[0], yellow_low=yellow[0], yellow_high=yellow[1], red_high=red[1]) or None


def _temperatures() -> list[Channel]:
    """Channels of `_TEMPERATURES`; red limits lie at three amplitudes."""
    channels = []
    for name, id_, what, subsystem, cadence_s, mean, amplitude, period_s, noise, yellow_at in _TEMPERATURES:
        converter = _WARM if mean >= _WARM.low else _COLD
        channels.append(
            Channel(
                name,
                id_,
                f"Simulated temperature, {what}",
                "K",
                "float64",
                subsystem,
                cadence_s,
                Cycle(mean, amplitude, period_s, noise, converter),
                _APID[subsystem],
                yellow=(mean - yellow_at * amplitude, mean + yellow_at * amplitude),
                red=(mean - 3 * amplitude, mean + 3 * amplitude),
            )
        )
    return channels


def _wheels() -> list[Channel]:
    """Six reaction wheels: each gathers speed from its own low to 3200 rpm in 8 to 18 h, then is unloaded."""
    return [
        Channel(
            f"SA_RW{wheel}_SPEED",
            2100 + wheel,
            f"Simulated speed of reaction wheel {wheel}",
            "rpm",
            "float64",
            "ACS",
            4.096,
            Ramp(-400.0 * wheel, 3200.0, 3600.0 * (6 + 2 * wheel), 2.0, Converter(-4096.0, 2.0)),
            _APID["ACS"],
            yellow=(-3000.0, 3100.0),
            red=(-4000.0, 4000.0),
        )
        for wheel in range(1, 7)
    ]


def _electrical() -> list[Channel]:
    """Channels of `_ELECTRICAL`."""
    return [
        Channel(
            name,
            id_,
            f"Simulated {what}",
            unit,
            "float64",
            subsystem,
            cadence_s,
            signal,
            _APID[subsystem],
            yellow=yellow,
            red=red,
        )
        for name, id_, what, unit, subsystem, cadence_s, signal, yellow, red in _ELECTRICAL
    ]


def _fast() -> list[Channel]:
    """Channels of `_FAST`."""
    return [
        Channel(
            name,
            id_,
            f"Simulated {what}",
            unit,
            "float64",
            subsystem,
            0.064,
            Cycle(mean, amplitude, period_s, noise),
            _APID[subsystem],
            schedule=_SCIENCE,
        )
        for name, id_, what, unit, subsystem, mean, amplitude, period_s, noise in _FAST
    ]


def _states() -> list[Channel]:
    """Channels of `_STATES`."""
    return [
        Channel(
            name,
            id_,
            f"Simulated {what}",
            "",
            "state",
            subsystem,
            cadence_s,
            Turns(codes) if dwell_s is None else Steps(codes, dwell_s),
            _APID[subsystem],
            on_change=on_change,
            state_codes=texts,
        )
        for name, id_, what, subsystem, cadence_s, on_change, codes, dwell_s, texts in _STATES
    ]


def _counters() -> list[Channel]:
    """Channels of `_COUNTERS`, sent on change."""
    return [
        Channel(
            name,
            id_,
            f"Simulated count, {what}",
            "",
            "int64",
            subsystem,
            gap_s,
            Count(modulo),
            _APID[subsystem],
            on_change=True,
        )
        for name, id_, what, subsystem, gap_s, modulo in _COUNTERS
    ]


def _flags() -> list[Channel]:
    """Channels of `_FLAGS`: 0 or 1 without text."""
    return [
        Channel(
            name, id_, f"Simulated flag, {what}", "", "bool", subsystem, 8.192, Steps(levels, dwell_s), _APID[subsystem]
        )
        for name, id_, what, subsystem, levels, dwell_s in _FLAGS
    ]
