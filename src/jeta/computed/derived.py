"""`DerivedParameter`: MSIDs that are worked out on a regular grid of times and stored in the archive."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from numbers import Real
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from jeta.computed.casting import cast
from jeta.computed.holding import fetched_with_held, is_held
from jeta.computed.modules import module_for
from jeta.computed.registry import DERIVED, load_plugins
from jeta.errors import MsidNameError, ValuesError
from jeta.interpolation import nearest_indices, previous_indices
from jeta.logs import logger
from jeta.times import to_seconds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from jeta.tdb import Entry

_LOG = logger(__name__)

PREFIX = "DP_"
MNF_TIME = 0.25625
"""Seconds of a minor frame of Chandra's telemetry, in which `DerivedParameter.mnf_step` counts."""

_ON_OFF = frozenset(("ON", "OFF"))
_EDGE_S = 1.0
"""Inputs are fetched from a little farther than counts, since a fetch leaves out its stop."""


class DerivedParameter:
    """Base of derived parameters: a subclass ``DP_<NAME>`` stands for the MSID of that name from its definition on.

    A subclass with another name is a base for others if it lacks `rootparams`, `time_step` or `calc`.

    Parameters
    ----------
    modules : mapping of str to module, optional
        The fetch module of each unit system, ``cxc``, ``sci`` and ``eng``; by default those of jeta.

    Attributes
    ----------
    rootparams : sequence of str
        The MSIDs that it is made of, as `calc` looks them up.
    time_step : float
        Spacing of the values in seconds, above 0. Chandra's are multiples of `MNF_TIME`.
    content_root : str
        Name of the group that it belongs to.
    max_gap : float
        Seconds from the nearest sample of an input beyond which a value is bad. It is no matter for inputs that are sent only
        when they change, whose values hold.
    max_gaps : dict of str to float
        The same for single inputs, those whose values hold too.
    unit_system : {'eng', 'sci', 'cxc'}
        The unit system in which inputs are fetched.
    dtype : dtype, optional
        Type to which the result is cast.
    unit : str or None
        Unit of the values that `calc` returns, for the telemetry database, see `entry`: that of degrees Fahrenheit is DEGF, for
        inputs in the unit system ``eng``.
    description : str
        What the telemetry database shall say of it in words.

    Raises
    ------
    MsidNameError
        By the ``class`` statement, if it is complete and not named ``DP_...``; also a `ValueError`.
    ValuesError
        By the ``class`` statement, if it is named so and not complete, or the time step is not above 0; also a `ValueError`.

    Examples
    --------
    ::

        class DP_POWER(DerivedParameter):
            rootparams = ["BUS_VOLT", "BUS_AMP"]
            time_step = 1.0

            def calc(self, data):
                return data["BUS_VOLT"].vals * data["BUS_AMP"].vals

        update.derived("DP_POWER")
        fetch.MSID("DP_POWER", "2022:143")
    """

    rootparams: ClassVar[Sequence[str]] = ()
    time_step: ClassVar[float]
    content_root: ClassVar[str] = "derived"
    max_gap: ClassVar[float] = 66.0
    max_gaps: ClassVar[Mapping[str, float]] = {}
    unit_system: ClassVar[str] = "eng"
    dtype: ClassVar[Any] = None
    unit: ClassVar[str | None] = None
    description: ClassVar[str] = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        missing = _missing(cls)
        is_named = cls.__name__.upper().startswith(PREFIX)
        if not is_named and not missing:
            raise MsidNameError(
                f"derived parameter {cls.__name__} must be named {PREFIX}<NAME>, which is its MSID; try {PREFIX}{cls.__name__}"
            )
        if not is_named:
            return
        _check_name(cls.__name__)
        if missing:
            raise ValuesError(f"derived parameter {cls.__name__} must define {', '.join(missing)}")
        if not (isinstance(cls.time_step, Real) and math.isfinite(cls.time_step) and cls.time_step > 0):
            raise ValuesError(
                f"derived parameter {cls.__name__}: time_step must be seconds above 0, but is {cls.time_step!r}"
            )
        DERIVED.add(cls)

    def __init__(self, modules: Mapping[str, Any] | None = None) -> None:
        self._modules = modules

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {', '.join(self.rootparams)} every {self.time_step:g} s>"

    @property
    def msid(self) -> str:
        """The upper-case MSID."""
        return type(self).__name__.upper()

    @property
    def mnf_step(self) -> int:
        """The time step in minor frames of Chandra's telemetry."""
        return round(self.time_step / MNF_TIME)

    @property
    def content(self) -> str:
        """The group, as cheta names it: ``dp_<content_root><mnf_step>``."""
        return f"dp_{self.content_root.lower()}{self.mnf_step}"

    @property
    def longest_gap_s(self) -> float:
        """The largest of `max_gap` and `max_gaps`: samples farther than this from a value play no part in it."""
        return max((self.max_gap, *self.max_gaps.values()))

    def entry(self) -> Entry:
        """Return what the telemetry database may say of the MSID; `jeta.update.derived` writes it there."""
        from jeta.tdb import Entry  # noqa: PLC0415 - only who writes a database needs it

        return Entry(self.msid, unit=self.unit, description=self.description, cadence_s=float(self.time_step))

    def calc(self, data: Any) -> Any:
        """Work out the values. To be written by the subclass.

        Parameters
        ----------
        data : MSIDset
            The inputs by name as in `rootparams`, all at the times of the grid, ``data.times``. Inputs whose values are the
            texts ON and OFF only are int8, 1 and 0.

        Returns
        -------
        array, shape (points,)
            The values. Points that are masked, not finite, or beyond what `dtype` can hold are bad.
        """
        raise NotImplementedError(f"derived parameter {type(self).__name__} must define calc(self, data)")

    def fetch(self, start: Any, stop: Any) -> Any:
        """Fetch the inputs and bring them onto the grid.

        Parameters
        ----------
        start, stop : time
            Span. The grid goes from the last multiple of the time step at or before `start` to that at or before `stop`, both
            inside; inputs are fetched from `start` to, itself outside, `stop`.

        Returns
        -------
        MSIDset
            For each point the nearest sample of each input, bad ones included; with the attributes ``times`` (float64,
            seconds), ``indexes`` (int64, time over time step) and ``bads`` (bool): True where a sample is bad, or farther away
            than `max_gap`. An input of fewer than two samples is bad throughout. Of inputs that are sent only when they
            change, the last sample at or before each point, however old it is; the point is bad where there is none.
        """
        module = module_for(self.unit_system, self._modules)
        data = module.MSIDset(self.rootparams, start, stop)
        indexes = times_indexes(data.tstart, data.tstop, self.time_step)[1]
        return self._on_grid(module, data, indexes, fewest=2)

    def fetch_indexes(self, first: int, last: int) -> Any:
        """Fetch the inputs and bring them onto a part of the grid, whatever the span that this takes.

        Parameters
        ----------
        first, last : int
            First and last multiple of the time step, both inside.

        Returns
        -------
        MSIDset
            As from `fetch`, but that a single sample counts too, and that inputs are fetched from so far before and after that
            none which counts is missed: how the grid is cut into parts makes no difference.
        """
        pad_s = self.longest_gap_s + _EDGE_S
        span = first * self.time_step - pad_s, last * self.time_step + pad_s
        module = module_for(self.unit_system, self._modules)
        data = module.MSIDset(self.rootparams, *span)
        return self._on_grid(module, data, np.arange(first, last + 1, dtype=np.int64), fewest=1)

    def _on_grid(self, module: Any, data: Any, indexes: NDArray[np.int64], *, fewest: int) -> Any:
        """Bring inputs onto the grid, in place; one of fewer samples than `fewest` is bad."""
        times = _multiples(indexes, self.time_step)
        bads = np.zeros(len(times), bool)
        max_gaps = {name.upper(): gap_s for name, gap_s in self.max_gaps.items()}
        for name in _held(data):
            data[name] = fetched_with_held(module, name, times[0] if len(times) else data.tstart, data.tstop)
        for name, member in data.items():
            holds = is_held(member)
            _bring_onto(member, times, 1 if holds else fewest)
            usual_s = math.inf if holds else self.max_gap
            gap_s = max_gaps.get(name.upper(), max_gaps.get(member.MSID, usual_s))
            bads |= member.bads | (np.abs(member.times - times) > gap_s)
        data.times, data.indexes, data.bads = times, indexes, bads
        return data

    def values(self, data: Any) -> NDArray[Any]:
        """Return what `calc` makes of inputs, checked and cast: the first that `values_and_bads` returns."""
        return self.values_and_bads(data)[0]

    def values_and_bads(self, data: Any) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Return what `calc` makes of inputs, checked and cast, and which points are no values.

        Parameters
        ----------
        data : MSIDset
            Inputs on the grid, with ``times``.

        Returns
        -------
        values : array, shape (points,)
            The values.
        bads : bool array, shape (points,)
            True for those that `calc` masked, that are not finite, or that `dtype` cannot hold: these are NaN, or 0 in other types
            than floating-point. Inputs that are bad have no say here.

        Raises
        ------
        ValuesError
            If `calc` does not return one value for each time.
        """
        given = self.calc(data)
        if np.shape(given) != np.shape(data.times):
            raise ValuesError(
                f"{self.msid}: calc must return one value for each of {len(data.times)} times, "
                f"but returned an array of shape {np.shape(given)}"
            )
        return cast(given, self.dtype)

    def __call__(self, start: Any, stop: Any) -> NDArray[Any]:
        """Work out the values over a span without storing them.

        Parameters
        ----------
        start, stop : time
            Span.

        Returns
        -------
        array, shape (points,)
            Values on the grid of ``MSIDset.interpolate(dt=time_step)`` of the good samples of the inputs.
        """
        module = module_for(self.unit_system, self._modules)
        data = module.MSIDset(self.rootparams, start, stop, filter_bad=True)
        for name in _held(data):
            data[name] = fetched_with_held(module, name, data.tstart, data.tstop, filter_bad=True)
        data.interpolate(dt=self.time_step)
        for member in data.values():
            member.vals = _numbers_for_on_off(member)
        return self.values(data)


def times_indexes(
    start: Any, stop: Any, dt: float, system: str = "unix"
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the grid of a derived parameter over a span.

    Parameters
    ----------
    start, stop : time
        Span; numbers are seconds.
    dt : float
        Spacing in seconds.
    system : {'unix', 'cxcsec'}
        Time system of the seconds.

    Returns
    -------
    times : float64 array, shape (points,)
        Whole multiples of `dt`.
    indexes : int64 array, shape (points,)
        Which multiples: from the last at or before `start` to the last at or before `stop`, both inside.

    Examples
    --------
    >>> times, indexes = times_indexes(10.3, 12.0, 0.5)
    >>> times.tolist(), indexes.tolist()
    ([10.0, 10.5, 11.0, 11.5, 12.0], [20, 21, 22, 23, 24])
    """
    first, last = (int(float(to_seconds(time, system)) // dt) for time in (start, stop))
    indexes = np.arange(first, last + 1, dtype=np.int64)
    return _multiples(indexes, dt), indexes


def derived_parameters() -> dict[str, type[DerivedParameter]]:
    """Return the known derived parameters by MSID, sorted; those of other packages are loaded.

    Two of one name in different modules: the one defined last counts, and a warning is logged.
    """
    load_plugins()
    known: dict[str, type[DerivedParameter]] = {}
    for cls in tuple(DERIVED.classes):
        name = cls.__name__.upper()
        if name in known:
            _LOG.warning(
                "derived parameter %s: that of %s replaces that of %s", name, cls.__module__, known[name].__module__
            )
        known[name] = cls
    return dict(sorted(known.items()))


def _multiples(indexes: NDArray[np.int64], dt: float) -> NDArray[np.float64]:
    """Times of a grid: the very products that any other part of it has too."""
    return np.multiply(indexes, dt, dtype=np.float64)


def _check_name(name: str) -> None:
    """Refuse a class name that cannot be that of an MSID."""
    from jeta.tdb import check_name  # noqa: PLC0415 - the telemetry database is not needed to import fetch

    check_name(name)


def _missing(cls: type[DerivedParameter]) -> list[str]:
    """What a class lacks to stand for an MSID."""
    has = {
        "rootparams": bool(cls.rootparams) and not isinstance(cls.rootparams, str),
        "time_step": hasattr(cls, "time_step"),
        "calc": cls.calc is not DerivedParameter.calc,
    }
    return [name for name, is_there in has.items() if not is_there]


def _held(data: Any) -> list[str]:
    """Inputs whose values hold until the next sample."""
    return [name for name, member in data.items() if is_held(member)]


def _bring_onto(member: Any, times: NDArray[np.float64], fewest: int) -> None:
    """Give each time the sample of an input that counts, in place; `times` of the input are then those of the samples."""
    vals, bads = _numbers_for_on_off(member), member.bads
    if len(member.times) < fewest:
        _LOG.info("%s has %d samples in the span; values made of it are bad", member.MSID, len(member.times))
        member.vals, member.bads = np.zeros(len(times), vals.dtype), np.ones(len(times), bool)
        member.times = times
        return
    if vals is not member.vals:
        member.vals = vals
    if bads is None:
        member.bads = np.zeros(len(vals), bool)
    if not is_held(member):
        member.take(nearest_indices(member.times, times))
        return
    at = previous_indices(member.times, times)
    member.take(np.maximum(at, 0))
    member.bads = member.bads | (at < 0)


def _numbers_for_on_off(member: Any) -> NDArray[Any]:
    """Values of an input; 1 and 0 in place of ON and OFF where it has no other texts."""
    vals: NDArray[Any] = np.asarray(member.vals)
    if vals.dtype.kind != "U":
        return vals
    texts = {str(text).rstrip() for text in np.unique(vals)} or {state for _, state in member.state_codes or ()}
    return (np.char.rstrip(vals) == "ON").astype(np.int8) if texts and texts <= _ON_OFF else vals
