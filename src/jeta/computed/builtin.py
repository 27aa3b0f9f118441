"""Computed MSIDs of any mission.

==============================  ======================================================================================
name                            what it is
==============================  ======================================================================================
``diff__<a>__<b>``              a minus b, at the times of a
``rate__<a>``                   change of a per second since the good sample before
``norm__<a>__<b>[__<c>...]``    magnitude of the vector of a, b, c ..., at the times of a
``mean__<a>__<seconds>s``       mean of a over a window of so many seconds around each sample
==============================  ======================================================================================

Names are those of MSIDs, in any case, joined by two underscores; the MSID of ``rate`` and ``mean`` may itself be computed, as in
``mean__diff__<a>__<b>__60s``. All take the unit of a, and are worked out in the unit system of the user.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from jeta.computed.comp import ComputedMsid
from jeta.computed.inputs import brought_onto, numbers, with_usable_before
from jeta.computed.windows import EDGE_S, moving_mean, moving_mean_of_held

_PLAIN = r"(?:(?!__)[a-z0-9_.-])+"
"""An MSID without two underscores in a row, which separate MSIDs here."""

_ANY = r"[a-z0-9_.-]+"


class Difference(ComputedMsid):
    """``diff__<a>__<b>``: a minus b.

    At the times of a; the nearest sample of b counts, unless it is more than three times the typical spacing of b away, or
    either sample is bad: then the difference is bad. If b is sent only when it changes, its last sample counts, however old, and
    before the first one the difference is bad. Values of b are converted to the unit of a.
    """

    msid_match = f"diff__({_PLAIN})__({_PLAIN})"

    def get_msid_attrs(self, tstart: float, tstop: float, msid: str, msid_args: list[Any]) -> dict[str, Any]:
        """Work out the samples.

        Parameters
        ----------
        tstart, tstop : float
            Span, seconds in the archive's time system, both ends inside.
        msid : str
            The whole name.
        msid_args : list of two str
            Names of the two MSIDs.

        Returns
        -------
        dict
            ``vals`` (float64), ``bads``, ``times`` and ``unit``.
        """
        del msid
        one = numbers(self.fetch_sys, msid_args[0], tstart, tstop)
        two = brought_onto(self.fetch_sys, msid_args[1], one.times, one.unit)
        with np.errstate(invalid="ignore", over="ignore"):
            vals = one.vals - two.vals
        return {"vals": vals, "bads": one.bads | two.bads, "times": one.times, "unit": one.unit}


class Rate(ComputedMsid):
    """``rate__<a>``: change per second.

    At each good sample, the difference from the good sample before, over the seconds between the two. Bad at bad samples, and
    where there is no good sample within a day before; the value is NaN there.
    """

    msid_match = f"rate__({_ANY})"

    def get_msid_attrs(self, tstart: float, tstop: float, msid: str, msid_args: list[Any]) -> dict[str, Any]:
        """Work out the samples.

        Parameters
        ----------
        tstart, tstop : float
            Span, seconds in the archive's time system, both ends inside.
        msid : str
            The whole name.
        msid_args : list of one str
            Name of the MSID.

        Returns
        -------
        dict
            ``vals`` (float64), ``bads``, ``times`` and ``unit``.
        """
        del msid
        dat = with_usable_before(self.fetch_sys, msid_args[0], tstart, tstop)
        usable = np.flatnonzero(dat.is_usable)
        times, vals = dat.times[usable], dat.vals[usable]
        rates = np.full(len(dat.times), np.nan)
        seconds = np.diff(times)
        with np.errstate(over="ignore"):
            rates[usable[1:]] = np.divide(np.diff(vals), seconds, out=np.full(len(seconds), np.nan), where=seconds > 0)
        unit = None if dat.unit is None else f"{dat.unit}/s"
        return {"vals": rates, "bads": np.isnan(rates), "times": dat.times, "unit": unit}


class Magnitude(ComputedMsid):
    """``norm__<a>__<b>[__<c>...]``: square root of the sum of the squares of two or more MSIDs.

    The others are brought to the times and unit of a, as in `Difference`.
    """

    msid_match = f"norm__({_PLAIN}(?:__{_PLAIN})+)"

    def get_msid_attrs(self, tstart: float, tstop: float, msid: str, msid_args: list[Any]) -> dict[str, Any]:
        """Work out the samples.

        Parameters
        ----------
        tstart, tstop : float
            Span, seconds in the archive's time system, both ends inside.
        msid : str
            The whole name.
        msid_args : list of one str
            Names of the MSIDs, joined by two underscores.

        Returns
        -------
        dict
            ``vals`` (float64), ``bads``, ``times`` and ``unit``.
        """
        del msid
        names = msid_args[0].split("__")
        one = numbers(self.fetch_sys, names[0], tstart, tstop)
        parts = [one, *(brought_onto(self.fetch_sys, name, one.times, one.unit) for name in names[1:])]
        with np.errstate(over="ignore"):
            vals = np.hypot.reduce([part.vals for part in parts])
        bads = np.logical_or.reduce([part.bads for part in parts])
        return {"vals": vals, "bads": bads, "times": one.times, "unit": one.unit}


class MovingMean(ComputedMsid):
    """``mean__<a>__<seconds>s``: mean over a window around each sample.

    Of the good and finite samples no more than half the seconds before or after. Bad, and NaN, where there are none. At the
    ends of the data the window holds what there is.

    If a is sent only when it changes, each good and finite value counts for as long as it holds within the window; the last one
    holds on.
    """

    msid_match = rf"mean__({_ANY})__(\d+(?:\.\d+)?)s"

    def get_msid_attrs(self, tstart: float, tstop: float, msid: str, msid_args: list[Any]) -> dict[str, Any]:
        """Work out the samples.

        Parameters
        ----------
        tstart, tstop : float
            Span, seconds in the archive's time system, both ends inside.
        msid : str
            The whole name.
        msid_args : list of two str
            Name of the MSID, and width of the window in seconds.

        Returns
        -------
        dict
            ``vals`` (float64), ``bads``, ``times`` and ``unit``.
        """
        del msid
        width_s = float(msid_args[1])
        pad_s = width_s / 2 + EDGE_S
        dat = numbers(self.fetch_sys, msid_args[0], tstart - pad_s, tstop + pad_s, with_held=True)
        times = dat.times[(dat.times >= tstart) & (dat.times <= tstop)]
        usable = dat.is_usable
        if dat.is_held:
            vals = moving_mean_of_held(dat.times, dat.vals, usable, times, width_s)
        else:
            vals = moving_mean(dat.times[usable], dat.vals[usable], times, width_s)
        return {"vals": vals, "bads": np.isnan(vals), "times": times, "unit": dat.unit}
